package deploy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// revision is a site's bundle with the decisions of qlik2rego eval.
type revision struct {
	name      string // the revision in the manifest
	file      string
	requests  []json.RawMessage
	decisions []decision
}

type decision struct {
	Allow     bool     `json:"allow"`
	GrantedBy []string `json:"granted_by"`
	Reason    string   `json:"reason"`
}

func (d decision) equal(other decision) bool {
	return d.Allow == other.Allow && d.Reason == other.Reason && slices.Equal(d.GrantedBy, other.GrantedBy)
}

// compile compiles the scenario without the rules with the given names, and decides every request about
// it.
func compile(t *testing.T, without ...string) revision {
	t.Helper()
	dir := t.TempDir()
	r := revision{file: filepath.Join(dir, "bundle.tar.gz"), requests: everyRequest(t)}
	rules := filepath.Join(dir, "rules.json")
	writeRules(t, rules, without)
	said := output(t, qlik2rego(t), "compile", rules, "--snapshot", filepath.Join(scenario, "site"), "-o", r.file, "--format", "json")
	r.name = revisionOf(t, r.file)
	if r.name == "" {
		t.Fatalf("no revision: %s", said)
	}
	asked := filepath.Join(dir, "requests.ndjson")
	if err := os.WriteFile(asked, bytes.Join(toBytes(r.requests), []byte("\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	answers := json.NewDecoder(bytes.NewReader(output(t, qlik2rego(t), "eval", "-b", r.file, "--requests", asked)))
	for range r.requests {
		var d decision
		if err := answers.Decode(&d); err != nil {
			t.Fatal(err)
		}
		r.decisions = append(r.decisions, d)
	}
	return r
}

// revisionOf reads the revision of a bundle with the stock command.
func revisionOf(t *testing.T, bundle string) string {
	t.Helper()
	var says struct {
		Manifest struct {
			Revision string `json:"revision"`
		} `json:"manifest"`
	}
	if err := json.Unmarshal(output(t, opa(t), "inspect", "--format", "json", bundle), &says); err != nil {
		t.Fatal(err)
	}
	return says.Manifest.Revision
}

func toBytes(texts []json.RawMessage) [][]byte {
	out := make([][]byte, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}

func writeRules(t *testing.T, path string, without []string) {
	t.Helper()
	var rules []map[string]any
	readJSON(t, filepath.Join(scenario, "rules.json"), &rules)
	before := len(rules)
	rules = slices.DeleteFunc(rules, func(rule map[string]any) bool { return slices.Contains(without, rule["name"].(string)) })
	if len(rules) != before-len(without) {
		t.Fatalf("the scenario does not have the rules %q", without)
	}
	text, err := json.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// everyRequest returns requests for each user, action and resource of the scenario, and for unknown ones.
func everyRequest(t *testing.T) []json.RawMessage {
	t.Helper()
	var users []struct{ UserDirectory, UserID string }
	readJSON(t, filepath.Join(scenario, "site/user.json"), &users)
	subjects := []string{`ACME\nobody`, `NONE\somebody`}
	for _, u := range users {
		subjects = append(subjects, u.UserDirectory+`\`+u.UserID)
	}
	resources := []string{"App:00000000-0000-4000-8000-000000000000", "Hub:"}
	for typ, file := range map[string]string{"App": "app", "App.Object": "app.object", "Stream": "stream", "ReloadTask": "reloadtask"} {
		var entities []struct{ ID string }
		readJSON(t, filepath.Join(scenario, "site", file+".json"), &entities)
		for _, e := range entities {
			resources = append(resources, typ+":"+e.ID)
		}
	}
	slices.Sort(resources)
	var requests []json.RawMessage
	for _, subject := range subjects {
		for _, resource := range resources {
			for _, action := range []string{"read", "update", "publish", "fly"} {
				requests = append(requests, request(t, subject, action, resource))
			}
		}
	}
	return requests
}

// request returns an access evaluation request for the resource TYPE:ID.
func request(t *testing.T, subject, action, resource string) json.RawMessage {
	t.Helper()
	typ, id, _ := strings.Cut(resource, ":")
	text, err := json.Marshal(map[string]any{
		"subject":  map[string]any{"type": "user", "id": subject},
		"action":   map[string]any{"name": action},
		"resource": map[string]any{"type": typ, "id": id},
		"context":  map[string]any{"request_context": "hub"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// changed counts the requests that two revisions decide differently.
func changed(t *testing.T, a, b revision) (n int) {
	t.Helper()
	for i, d := range a.decisions {
		if d.Allow != b.decisions[i].Allow {
			n++
		}
	}
	if n == 0 {
		t.Fatal("both revisions decide alike: they tell nothing")
	}
	return n
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", path, err))
	}
}
