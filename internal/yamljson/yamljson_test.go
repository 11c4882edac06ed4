package yamljson_test

import (
	"testing"

	"go.yaml.in/yaml/v4"
	"gotest.tools/v3/assert"

	"github.com/sdecontract/sdecontract/internal/yamljson"
)

func TestEncode(t *testing.T) {
	for text, want := range map[string]string{
		"{z: 1, a: [true, null, ~, 'no', 1.5e3, -7]}":          `{"z":1,"a":[true,null,null,"no",1500,-7]}`,
		"200: {description: \"4.3\"}":                          `{"200":{"description":"4.3"}}`,
		"a: &x {b: 1}\nc: *x":                                  `{"a":{"b":1},"c":{"b":1}}`,
		"[18446744073709551615, 0x10, .inf, .nan, 2026-01-02]": `[18446744073709551615,16,".inf",".nan","2026-01-02"]`,
		"|\n  two\n  lines \"here\"":                           `"two\nlines \"here\""`,
	} {
		var n yaml.Node
		assert.NilError(t, yaml.Load([]byte(text), &n))
		got, err := yamljson.Encode(&n)
		assert.NilError(t, err)
		assert.Equal(t, string(got), want+"\n")
	}
	var n yaml.Node
	assert.NilError(t, yaml.Load([]byte("a: 1\nb: !!int x"), &n))
	_, err := yamljson.Encode(&n)
	assert.ErrorContains(t, err, "line 2: ")
}
