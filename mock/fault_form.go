package mock

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/sdecontract/sdecontract/internal/nearest"
)

// ParseFault reads a fault from JSON or YAML:
//
//	{"operation": "createAlmConnection", "times": 2, "status": 503, "retry_after": "5s"}
//	{"user": "reader", "probability": 0.1, "effect": "reset"}
//	{"delay": {"median": "90ms", "sigma": 0.4}}
//
// Durations are texts such as "250ms"; a delay is one of those, or an object with the fields of [Delay]. The
// error names each wrong member by its JSON pointer, also unknown ones. Whether the operation, the user and the
// status exist, [Server.SetFault] tells.
func ParseFault(data []byte) (FaultRule, error) {
	value, err := readObject(data)
	if err != nil {
		return FaultRule{}, err
	}
	var wrong misfits
	o := faultObject{members: value, wrong: &wrong}
	f := FaultRule{
		ID: o.text("id"), Operation: o.text("operation"), User: o.text("user"),
		Nth: o.count("nth"), Times: o.count("times"), Every: o.count("every"), Probability: o.positive("probability"),
		Delay:  o.delay("delay"),
		Status: o.count("status"), RetryAfter: o.duration("retry_after"),
		Effect: Effect(o.text("effect")), ChunkBytes: o.count("chunk_bytes"), ChunkDelay: o.duration("chunk_delay"),
	}
	o.refuseUnknown()
	if wrong == nil {
		wrong = f.check()
	}
	if err := wrong.err(); err != nil {
		return FaultRule{}, err
	}
	return f, nil
}

// readObject reads a JSON or a YAML object strictly.
func readObject(data []byte) (map[string]any, error) {
	if !json.Valid(data) {
		var o object
		if err := yaml.Load(data, &o); err != nil {
			return nil, yamlErrors("fault", err)
		}
		return o.members, nil
	}
	value, err := decodeJSON(data)
	if err != nil {
		return nil, fmt.Errorf("fault: %w", err)
	}
	members, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("fault: must be an object, got %s", withArticle(jsonType(value)))
	}
	return members, nil
}

// faultObject reads the members of an object, and notes which ones it knows.
type faultObject struct {
	at      string // its JSON pointer
	members map[string]any
	known   []string
	wrong   *misfits
}

// get returns a member, if it is there.
func (o *faultObject) get(name string) (any, bool) {
	o.known = append(o.known, name)
	value, ok := o.members[name]
	return value, ok
}

func (o *faultObject) reject(name, want string, got any) {
	o.wrong.add(o.at+pointerTo(name), "must be %s, got %s", want, display(got))
}

func (o *faultObject) refuseUnknown() {
	for _, name := range sortedKeys(o.members) {
		if !slices.Contains(o.known, name) {
			o.wrong.add(o.at+pointerTo(name), "is unknown%s", nearest.DidYouMean(name, o.known))
		}
	}
}

func (o *faultObject) text(name string) string {
	value, given := o.get(name)
	text, ok := value.(string)
	if given && (!ok || text == "") {
		o.reject(name, "a string that isn't empty", value)
	}
	return text
}

func (o *faultObject) count(name string) int {
	value, given := o.get(name)
	n, ok := asInt(value)
	if given && (!ok || n < 1) {
		o.reject(name, "an integer from 1", value)
	}
	return int(n)
}

func (o *faultObject) positive(name string) float64 {
	value, given := o.get(name)
	n, _ := value.(json.Number)
	f, err := n.Float64()
	if given && (err != nil || f <= 0) {
		o.reject(name, "a number above 0", value)
	}
	return f
}

func (o *faultObject) duration(name string) time.Duration {
	value, given := o.get(name)
	text, _ := value.(string)
	d, err := time.ParseDuration(text)
	if given && (err != nil || d <= 0) {
		example := "250ms"
		if name == "retry_after" { // which has no fractions
			example = "5s"
		}
		o.reject(name, fmt.Sprintf("a duration above 0, such as %q", example), value)
	}
	return d
}

func (o *faultObject) delay(name string) Delay {
	value, given := o.members[name]
	members, ok := value.(map[string]any)
	if !given || !ok {
		return Delay{Fixed: o.duration(name)}
	}
	o.known = append(o.known, name)
	in := faultObject{at: o.at + pointerTo(name), members: members, wrong: o.wrong}
	d := Delay{
		Fixed: in.duration("fixed"), Min: in.duration("min"), Max: in.duration("max"),
		Mean: in.duration("mean"), Deviation: in.duration("deviation"),
		Median: in.duration("median"), Sigma: in.positive("sigma"),
	}
	in.refuseUnknown()
	return d
}

// UnmarshalJSON reads the fault as [ParseFault] does.
func (f *FaultRule) UnmarshalJSON(data []byte) (err error) {
	*f, err = ParseFault(data)
	return err
}

// MarshalJSON writes what [ParseFault] reads; fields that are zero are left out.
func (f FaultRule) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		ID          string       `json:"id,omitempty"`
		Operation   string       `json:"operation,omitempty"`
		User        string       `json:"user,omitempty"`
		Nth         int          `json:"nth,omitempty"`
		Times       int          `json:"times,omitempty"`
		Every       int          `json:"every,omitempty"`
		Probability float64      `json:"probability,omitempty"`
		Delay       Delay        `json:"delay,omitzero"`
		Status      int          `json:"status,omitempty"`
		RetryAfter  durationText `json:"retry_after,omitempty"`
		Effect      Effect       `json:"effect,omitempty"`
		ChunkBytes  int          `json:"chunk_bytes,omitempty"`
		ChunkDelay  durationText `json:"chunk_delay,omitempty"`
	}{
		f.ID, f.Operation, f.User, f.Nth, f.Times, f.Every, f.Probability, f.Delay, f.Status,
		durationText(f.RetryAfter), f.Effect, f.ChunkBytes, durationText(f.ChunkDelay),
	})
}

// MarshalJSON writes a fixed delay as its duration, and another as an object.
func (d Delay) MarshalJSON() ([]byte, error) {
	if d == (Delay{Fixed: d.Fixed}) {
		return json.Marshal(durationText(d.Fixed))
	}
	return json.Marshal(struct {
		Fixed     durationText `json:"fixed,omitempty"`
		Min       durationText `json:"min,omitempty"`
		Max       durationText `json:"max,omitempty"`
		Mean      durationText `json:"mean,omitempty"`
		Deviation durationText `json:"deviation,omitempty"`
		Median    durationText `json:"median,omitempty"`
		Sigma     float64      `json:"sigma,omitempty"`
	}{
		durationText(d.Fixed), durationText(d.Min), durationText(d.Max), durationText(d.Mean),
		durationText(d.Deviation), durationText(d.Median), d.Sigma,
	})
}

// durationText is a duration as JSON has it here.
type durationText time.Duration

// MarshalText writes it as time.ParseDuration reads it.
func (d durationText) MarshalText() ([]byte, error) {
	return []byte(time.Duration(d).String()), nil
}
