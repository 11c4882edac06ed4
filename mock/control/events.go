package control

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/sdecontract/sdecontract/mock"
)

// maxStreams bounds how many clients may listen to events at a time.
const maxStreams = 100

// sendTimeout is how long a client may take to read what is sent to it.
const sendTimeout = 10 * time.Second

func (c *call) events() error {
	if c.r.Method == http.MethodHead {
		c.w.Header().Set("Content-Type", "text/event-stream")
		return nil
	}
	if c.streams.Add(1) > maxStreams {
		c.streams.Add(-1)
		return &problem{Status: http.StatusTooManyRequests, Detail: fmt.Sprintf("%d clients listen to events already", maxStreams)}
	}
	defer c.streams.Add(-1)
	after := int64(math.MaxInt64)
	if last := c.r.Header.Get("Last-Event-ID"); last != "" {
		after, _ = strconv.ParseInt(last, 10, 64)
	}
	ctx, cancel := context.WithCancel(c.r.Context())
	defer cancel()
	told := c.srv.FollowAfter(ctx, after)

	out := http.NewResponseController(c.w)
	_ = out.SetReadDeadline(time.Time{}) // the server's would end the stream
	send := func(text string) error {
		_ = out.SetWriteDeadline(time.Now().Add(sendTimeout))
		if _, err := c.w.Write([]byte(text)); err != nil {
			return err
		}
		return out.Flush()
	}
	c.w.Header().Set("Content-Type", "text/event-stream")
	c.w.WriteHeader(http.StatusOK)
	if send(": listening\n\n") != nil {
		return nil
	}
	c.stream(told, send)
	return nil
}

// stream sends what it is told until the client is gone, or the API is closed.
func (c *call) stream(told <-chan mock.Followed, send func(string) error) {
	beat := time.NewTicker(c.options.Heartbeat)
	defer beat.Stop()
	for {
		text := ": alive\n\n"
		select {
		case <-c.ending:
			return
		case <-beat.C:
		case e, more := <-told:
			if !more {
				return
			}
			data, err := json.Marshal(e)
			if err != nil {
				return
			}
			text = fmt.Sprintf("id: %d\nevent: exchange\ndata: %s\n\n", e.Number, data)
		}
		if send(text) != nil {
			return
		}
	}
}
