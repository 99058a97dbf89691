package engine

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
	"pgregory.net/rapid"

	_ "github.com/qlik2rego/qlik2rego/internal/test/seed" // the same examples in every run
)

// jsonText generates valid JSON, with white space and escapes at any position that allows them.
func jsonText(t *rapid.T, depth int) string {
	space := rapid.SampledFrom([]string{"", "", "", " ", "\n\t", "\r\n"})
	around := func(s string) string { return space.Draw(t, "space") + s + space.Draw(t, "space") }
	text := func() string {
		return around(rapid.SampledFrom([]string{
			`""`, `"a"`, `"id"`, `"type"`, `"é\u00e9"`, `"\\"`, `"\""`, `"\\\""`, `"a\n\u0000"`, `"\ud83d\ude00"`, `"{[\"]}"`, `"` + strings.Repeat("long", 40) + `"`,
		}).Draw(t, "text"))
	}
	n := 0
	if depth > 0 {
		n = rapid.IntRange(0, 3).Draw(t, "length")
	}
	parts := make([]string, n)
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		for i := range parts {
			parts[i] = text() + ":" + jsonText(t, depth-1)
		}
		return around("{" + around(strings.Join(parts, ",")) + "}")
	case 1:
		for i := range parts {
			parts[i] = jsonText(t, depth-1)
		}
		return around("[" + around(strings.Join(parts, ",")) + "]")
	case 2:
		return text()
	}
	return around(rapid.SampledFrom([]string{"true", "false", "null", "0", "-0", "1.0", "12", "-1.5e+3", "1E400", "1e401", strings.Repeat("7", 400), strings.Repeat("7", 401)}).Draw(t, "scalar"))
}

// TestReader compares the reader with OPA on JSON, and on JSON with one byte changed: both accept or
// reject it and give the same value, except for what only the reader rejects.
func TestReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(jsonText(t, 4))
		if rapid.Bool().Draw(t, "broken") {
			at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
			text = append(append(text[:at:at], rapid.SampledFrom([]string{"", `"`, `\`, "{", "]", ",", ":", "x", "\xff", "0"}).Draw(t, "byte")...), text[at+1:]...)
		}
		depth, long := rapid.IntRange(0, 5).Draw(t, "depth"), false
		for _, number := range []string{"1e401", strings.Repeat("7", 401)} {
			long = long || strings.Contains(strings.ToLower(string(text)), number)
		}
		got, err := ParseNested(text, depth)
		if !jsontext.Value(text).IsValid() {
			if err == nil {
				t.Fatalf("%q is taken for %v", text, got)
			}
			return
		}
		if levels(text) > depth || long {
			if err == nil {
				t.Fatalf("%q is beyond the limits", text)
			}
			return
		}
		if err != nil {
			if strings.Contains(err.Error(), "a number has") && strings.ContainsAny(string(text), "eE7") {
				return // the changed byte has made a number longer
			}
			t.Fatalf("%q: %v", text, err)
		}
		var plain any
		if err := util.UnmarshalJSON(text, &plain); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		want := ast.MustInterfaceToValue(plain)
		if got.Compare(want) != 0 || got.Hash() != want.Hash() || got.String() != want.String() {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
	})
}

// levels returns the nesting depth of JSON.
func levels(text []byte) (deepest int) {
	in := jsontext.NewDecoder(strings.NewReader(string(text)))
	for {
		if _, err := in.ReadToken(); err != nil {
			return deepest
		}
		deepest = max(deepest, in.StackDepth())
	}
}

// TestRecentTerms shares terms between requests, concurrently, and keeps the limits of each.
func TestRecentTerms(t *testing.T) {
	const request = `{"subject":{"type":"user","id":"a \"name\""},"list":[{"id":"1"},{"id":"1"}],"n":1}`
	parse := func() ast.Object {
		v, err := ParseNested([]byte(request), 8)
		if err != nil {
			t.Error(err)
			return ast.NewObject()
		}
		return v.(ast.Object)
	}
	want := parse().String()
	var g sync.WaitGroup
	for range 8 {
		g.Go(func() {
			for range 100 {
				if got := parse().String(); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
		})
	}
	g.Wait()
	shared := 0
	for i := range 16 { // an entry may be replaced by another one
		text := fmt.Appendf(nil, `{"subject":{"type":"user","id":"%d"}}`, i)
		first, _ := ParseNested(text, 8)
		second, _ := ParseNested(text, 8)
		if key := ast.StringTerm("subject"); first.(ast.Object).Get(key) == second.(ast.Object).Get(key) {
			shared++
		}
	}
	if shared == 0 {
		t.Error("subjects that recur are read again")
	}
	long := []byte(`{"n":1e9999}`)
	if _, err := ParseRequest(long); err != nil {
		t.Error(err)
	}
	if _, err := ParseNested(long, 8); err == nil {
		t.Error("a number beyond the limit is kept from a request without it")
	}
}
