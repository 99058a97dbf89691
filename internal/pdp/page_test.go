package pdp_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

// manyRecords is a policy with which everybody reads every other record of 500.
func manyRecords(revision string) map[string]string {
	return map[string]string{
		".manifest": `{"revision":"` + revision + `","roots":["many"],"rego_version":1}`,
		"policy.rego": `package many

allow if {
	input.resource.type == "record"
	to_number(trim_prefix(input.resource.id, "r")) % 2 == 0
	input.action.name == "read"
}

resources contains {"type": "record", "id": sprintf("r%04d", [n])} if some n in numbers.range(0, 499)

subjects := [{"type": "user", "id": "alice"}]

action_names := ["read", "write"]
`,
	}
}

func manyConfig(t testing.TB) pdp.Config {
	cfg := config(packFiles(t, manyRecords("many-1")))
	cfg.EntryPoint = "many"
	return cfg
}

// asked returns a resource search with a page.
func asked(extra string) string {
	return `{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record"}` + extra + `}`
}

func pageOf(limit int, token string) string {
	parts := []string{}
	if limit >= 0 {
		parts = append(parts, fmt.Sprintf(`"limit":%d`, limit))
	}
	if token != "" {
		parts = append(parts, `"token":`+text(token))
	}
	return `,"page":{` + strings.Join(parts, ",") + `}`
}

func TestPages(t *testing.T) {
	p := start(t, manyConfig(t))
	var whole foundAnswer
	p.ask(searchResource, asked(""), &whole)
	if len(whole.Results) != 250 || whole.Page != nil {
		t.Fatalf("%d results and page %v, want 250 and none", len(whole.Results), whole.Page)
	}
	for _, limit := range []int{1, 7, 125, 249, 250, 251, 100_000} {
		for _, repeat := range []bool{true, false} {
			var all []string
			token, pages := "", 0
			for {
				repeated := limit
				if !repeat && token != "" {
					repeated = -1
				}
				var a foundAnswer
				p.ask(searchResource, asked(pageOf(repeated, token)), &a)
				if a.Page == nil || a.Page.NextToken == nil || a.Page.Count != len(a.Results) || len(a.Results) > limit {
					t.Fatalf("limit %d: page %+v with %d results", limit, a.Page, len(a.Results))
				}
				all = append(all, a.names()...)
				if pages++; *a.Page.NextToken == "" {
					break
				}
				if len(a.Results) == 0 {
					t.Fatalf("limit %d: an empty page in the middle", limit)
				}
				token = *a.Page.NextToken
			}
			if want := (250 + limit - 1) / limit; pages != want || !slices.Equal(all, whole.names()) {
				t.Errorf("limit %d: %d pages and %d results, want %d and the same as without pages", limit, pages, len(all), want)
			}
		}
	}
	var none foundAnswer
	p.ask(searchResource, asked(pageOf(0, "")), &none)
	if none.Page == nil || *none.Page.NextToken == "" || len(none.Results) != 0 {
		t.Errorf("limit 0: %+v", none)
	}
	p.ask(searchResource, asked(pageOf(-1, *none.Page.NextToken)), &none)
	if none.Page == nil || len(none.Results) != 0 {
		t.Errorf("limit 0 and its token: %+v", none)
	}
}

// TestPageOfTheServer checks that large results are split into pages even if the request has none.
func TestPageOfTheServer(t *testing.T) {
	cfg := manyConfig(t)
	cfg.Limits.Page = 100
	p := start(t, cfg)
	for _, limit := range []int{-1, 1000} {
		var all []string
		for token := ""; ; {
			extra := ""
			if limit >= 0 || token != "" {
				extra = pageOf(limit, token)
			}
			var a foundAnswer
			p.ask(searchResource, asked(extra), &a)
			all = append(all, a.names()...)
			if token = *a.Page.NextToken; token == "" {
				break
			}
			if len(a.Results) != 100 {
				t.Errorf("limit %d: %d results on a page", limit, len(a.Results))
			}
		}
		if len(all) != 250 {
			t.Errorf("limit %d: %d results", limit, len(all))
		}
	}
}

func TestPageTokens(t *testing.T) {
	cfg := manyConfig(t)
	p, another := start(t, cfg), start(t, cfg)
	var a foundAnswer
	p.ask(searchResource, asked(pageOf(10, "")), &a)
	token := *a.Page.NextToken
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	forged := func(at int) string {
		b := slices.Clone(raw)
		b[at] ^= 1
		return base64.RawURLEncoding.EncodeToString(b)
	}
	const all = `"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record"}`
	with := func(old, new string) string {
		return "{" + strings.Replace(all, old, new, 1) + pageOf(10, token) + "}"
	}
	good := []string{
		"{" + all + pageOf(10, token) + "}",
		"{" + all + pageOf(-1, token) + "}",
		with(`"resource":{"type":"record"}`, `"resource":{"id":"ignored","type":"record"},"foo":1`),
		`{"resource":{"type":"record"},"action":{"name":"read"},"subject":{"id":"alice","type":"user"}` + pageOf(10, token) + "}",
	}
	for _, request := range good {
		if a := p.post(searchResource, request); a.status != 200 {
			t.Errorf("%s: %d %s, want 200", request, a.status, a.body)
		}
	}
	bad := map[string]string{
		"another subject":          with("alice", "bob"),
		"another subject type":     with("user", "group"),
		"properties of subject":    with(`"id":"alice"`, `"id":"alice","properties":{}`),
		"another action":           with("read", "write"),
		"properties of action":     with(`"read"`, `"read","properties":{"a":1}`),
		"another type":             with("record", "page"),
		"properties of the type":   with(`"record"`, `"record","properties":{"a":1}`),
		"a context":                with(`"subject"`, `"context":{},"subject"`),
		"another limit":            asked(pageOf(11, token)),
		"a limit of 0":             asked(pageOf(0, token)),
		"a forged limit":           asked(pageOf(-1, forged(3))),
		"a forged position":        asked(pageOf(10, forged(7))),
		"a forged code":            asked(pageOf(10, forged(8))),
		"a forged end":             asked(pageOf(10, forged(len(raw)-1))),
		"too short":                asked(pageOf(10, token[:20])),
		"too long":                 asked(pageOf(10, token+"AAAA")),
		"no base64":                asked(pageOf(10, "?"+token[1:])),
		"a made-up one":            asked(pageOf(10, "next")),
		"padded":                   asked(pageOf(10, token+"=")),
		"an unused bit at its end": asked(pageOf(10, token[:len(token)-1]+string(token[len(token)-1]+1))),
	}
	for name, request := range bad {
		if a := p.post(searchResource, request); a.status != 400 {
			t.Errorf("%s: %d %s, want 400", name, a.status, a.body)
		}
	}
	other := `{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"record","id":"r0000"}` + pageOf(10, token) + `}`
	if a := p.post(searchSubject, other); a.status != 400 {
		t.Errorf("a token of another search: %d", a.status)
	}
	if a := another.post(searchResource, asked(pageOf(10, token))); a.status != 400 {
		t.Errorf("a token of another process: %d", a.status)
	}
	// A limit that is added later is another limit.
	cfg.Limits.Page = 10
	small := start(t, cfg)
	small.ask(searchResource, asked(""), &a)
	if got := small.post(searchResource, asked(pageOf(10, *a.Page.NextToken))); got.status != 400 {
		t.Errorf("a limit after none: %d", got.status)
	}
	// The same revision with other content.
	files := manyRecords("many-1")
	files["policy.rego"] += "\n# changed\n"
	p.ask(searchResource, asked(pageOf(10, "")), &a)
	replace(t, cfg.Bundles[0], archive(files))
	eventually(t, "the policy is swapped", func() bool {
		return p.post(searchResource, asked(pageOf(10, *a.Page.NextToken))).status == 400
	})
}
