package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/search"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// request is the part of a generated request that flags can express.
type request struct {
	Subject, Resource struct {
		Type, ID   string
		Properties map[string]any
	}
	Action  struct{ Name string }
	Context struct {
		RequestContext string         `json:"request_context"`
		Environment    map[string]any `json:"environment"`
	}
}

// flags returns the command line of the request without a part.
func (r request) flags(without string) []string {
	var flags []string
	add := func(name, value string) { flags = append(flags, "--"+name+"="+value) }
	if without != "subject" {
		add("subject", r.Subject.ID)
	}
	if without != "action" {
		add("action", r.Action.Name)
	}
	if without == "resource" {
		add("type", r.Resource.Type)
	} else {
		add("resource", r.Resource.Type+":"+r.Resource.ID)
		if r.Resource.Properties != nil {
			text, _ := json.Marshal(r.Resource.Properties)
			add("properties", string(text))
		}
	}
	if r.Context.RequestContext != "" {
		add("context", r.Context.RequestContext)
	}
	for name, value := range r.Context.Environment {
		values, isList := value.([]any)
		if !isList {
			values = []any{value}
		}
		for _, v := range values {
			add("env", name+"="+v.(string))
		}
	}
	return flags
}

// plain reports whether flags can express the request, the same for each part.
func (r request) plain() bool {
	for name, value := range r.Context.Environment {
		values, isList := value.([]any)
		if name == "" || strings.Contains(name, "=") || isList && len(values) == 0 {
			return false
		}
		if !isList {
			values = []any{value}
		}
		for _, v := range values {
			if _, isText := v.(string); !isText {
				return false
			}
		}
	}
	if _, known := ruleset.ParseAction(r.Action.Name); !known {
		return false
	}
	return r.Subject.Type == "user" && r.Subject.Properties == nil && r.Subject.ID != "" && r.Resource.Type != ""
}

// TestSearchIsTheDecisionPoints sends the same searches on generated sites to the command line and, over HTTP, to the
// decision point.
func TestSearchIsTheDecisionPoints(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons, one after the other")
	}
	compared, found := 0, 0
	sites := uint64(2)
	if !exact.Enabled() {
		sites = 1
	}
	for seed := uint64(1); seed <= sites; seed++ {
		dir := t.TempDir()
		c := sitegen.Generate(seed, sitegen.Size{Users: 6, Streams: 3, Apps: 5, Objects: 6, Others: 2, Rules: 20, Requests: 60})
		if err := c.Write(dir); err != nil {
			t.Fatal(err)
		}
		bundle := filepath.Join(dir, "bundle.tar.gz")
		var out bytes.Buffer
		streams := &Streams{In: strings.NewReader(""), Out: &out, Err: &out}
		if code := run(t.Context(), streams, []string{"compile", filepath.Join(dir, "rules.json"), "--snapshot", filepath.Join(dir, "snapshot"), "-o", bundle}); code != 0 {
			t.Fatal(out.String())
		}
		log, _ := serveInBackground(t, bundle, "--listen", "127.0.0.1:0")
		url := "http://" + log.await(t, `listening address=(\S+)`)[1] + "/access/v1/search/"
		asked := 0
		for _, line := range c.Requests {
			var r request
			if json.Unmarshal(line, &r) != nil || !r.plain() || asked == 6 {
				continue
			}
			asked++
			for _, part := range []string{"subject", "resource", "action"} {
				want, ok := searchOverHTTP(t, url+part, line, part)
				if !ok {
					continue // malformed in a way that flags cannot express
				}
				var out, log bytes.Buffer
				args := append([]string{"search", "-b", bundle, "--format=json"}, r.flags(part)...)
				code := run(t.Context(), &Streams{In: strings.NewReader(""), Out: &out, Err: &log}, args)
				if code == 2 && len(want) == 0 {
					continue // an unknown name is a usage error on the command line
				}
				if code != 0 {
					t.Fatalf("seed %d, %q: exit code %d\n%s", seed, args, code, log.String())
				}
				var got struct{ Results []search.Found }
				if err := json.Unmarshal(out.Bytes(), &got); err != nil {
					t.Fatal(err)
				}
				compared++
				found += len(want)
				// The decision point answers in lower case and without the names of entities.
				for i := range got.Results {
					if r := &got.Results[i]; r.ID != "" {
						r.Type, r.ID, r.Name = schema.Fold(r.Type), schema.Fold(r.ID), ""
					}
				}
				for i := range want {
					want[i].Type, want[i].ID = schema.Fold(want[i].Type), schema.Fold(want[i].ID)
				}
				if !reflect.DeepEqual(got.Results, want) {
					t.Errorf("seed %d, %q:\n got %v\nwant %v", seed, args, got.Results, want)
				}
			}
		}
	}
	t.Logf("%d searches compared, which found %d", compared, found)
	if found == 0 {
		t.Error("nothing was found: nothing was compared")
	}
}

// searchOverHTTP returns the results; false if the decision point rejects the request.
func searchOverHTTP(t *testing.T, url string, line []byte, part string) ([]search.Found, bool) {
	t.Helper()
	var body map[string]any
	if err := json.Unmarshal(line, &body); err != nil {
		t.Fatal(err)
	}
	switch of, _ := body[part].(map[string]any); part {
	case "action":
		delete(body, part)
	default:
		body[part] = map[string]any{"type": of["type"]}
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(url, "application/json", bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if response.StatusCode == http.StatusBadRequest {
		return nil, false
	}
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(fmt.Errorf("%d %s %w", response.StatusCode, answer, err))
	}
	var found struct{ Results []search.Found }
	if err := json.Unmarshal(answer, &found); err != nil {
		t.Fatal(err)
	}
	return found.Results, true
}
