package mock

import (
	"context"
	"crypto/x509"
	"errors"
	"maps"
	"net"
	"net/http"
	"strconv"
)

// unanswered answers for an upstream that doesn't.
func unanswered(_ http.ResponseWriter, r *http.Request, err error) {
	x := passageOf(r)
	if x.r.Context().Err() != nil {
		x.find(Finding{Severity: Note, In: "request", Message: "the client left before it was answered"})
		panic(http.ErrAbortHandler)
	}
	status, message := http.StatusBadGateway, err.Error()
	var timeout net.Error
	switch {
	case errors.Is(err, errUnrecorded):
		status = http.StatusNotImplemented
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		status = http.StatusGatewayTimeout
	}
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); unknown {
		message += "; --upstream-ca names a file with the certificate to trust"
	}
	x.unanswered(status, message)
}

// unanswered finds that the upstream gave no answer, and answers so.
func (x *passage) unanswered(status int, message string) {
	x.find(Finding{Severity: Outage, In: "upstream", Message: message})
	x.answer(status, "The server behind this proxy gave no answer: "+message)
}

// answer answers in place of the upstream.
func (x *passage) answer(status int, detail string) {
	x.send(status, http.Header{"Content-Type": jsonContent}, appendJSON(nil, map[string]any{"detail": clip(x.world.redactor().known(detail))}))
}

// refuse answers with the findings of the severity.
func (x *passage) refuse(status int, detail string, severity Severity) {
	x.send(x.refusal(status, detail, severity))
}

// refusal is a reply that lists the findings of the severity.
func (x *passage) refusal(status int, detail string, severity Severity) (int, http.Header, []byte) {
	var texts []any
	header := http.Header{"Content-Type": jsonContent}
	for _, f := range x.findings {
		if f.Severity == severity {
			texts = append(texts, f.String())
		}
	}
	if x.proxy.config.Explain {
		for _, text := range explanations(x.findings) {
			header.Add(explanationHeader, text)
		}
	}
	body := appendJSON(nil, map[string]any{"detail": detail, "findings": texts})
	header.Set("Content-Length", strconv.Itoa(len(body)))
	return status, header, body
}

func (x *passage) send(status int, header http.Header, body []byte) {
	header.Set("Content-Length", strconv.Itoa(len(body)))
	x.answered(status, header, body)
	x.settle()
	x.hasten()
	maps.Copy(x.w.Header(), header)
	x.w.WriteHeader(status)
	if x.r.Method != http.MethodHead {
		_, _ = x.w.Write(body)
	}
}

// answered notes what the proxy itself answers: nothing of that is the upstream's.
func (x *passage) answered(status int, header http.Header, body []byte) {
	x.judged.Do(func() {})
	x.status, x.header = status, header
	x.reply = newSample(x.proxy.config.MaxBody, int64(len(body)))
	x.reply.add(body)
	x.reply.end()
}
