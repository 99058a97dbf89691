package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
)

// A site with so many streams of a team that a filter for the repository service takes
// several addresses.
const teamRules = `[
 {"id": "1", "name": "Team", "category": "Security", "resourceFilter": "App_*", "actions": 2, "ruleContext": 0, "rule": "resource.stream.@Team = user.@Team"},
 {"id": "2", "name": "Own kind", "category": "Security", "resourceFilter": "App_*", "actions": 2, "ruleContext": 0, "rule": "resource.@Kind = user.@Kind and !(resource.name like \"Secret*\")"}]`

func teamSite(t *testing.T) (dir string) {
	t.Helper()
	property := func(name, value string) []any {
		return []any{map[string]any{"value": value, "definition": map[string]any{"name": name}}}
	}
	id := func(kind, n int) string { return fmt.Sprintf("%08d-0000-4000-8000-%012d", kind, n) }
	var streams, apps []any
	for n := range 450 {
		streams = append(streams, map[string]any{"id": id(2, n), "name": fmt.Sprint("Stream ", n), "customProperties": property("Team", []string{"Red", "red", "Blue"}[n%3])})
	}
	for n := range 900 {
		app := map[string]any{"id": id(3, n), "name": []string{"Plan ", "Secret "}[n%2] + fmt.Sprint(n), "customProperties": property("Kind", []string{"it's", "Draft"}[n%4/2])}
		if n%2 == 0 {
			app["stream"] = map[string]any{"id": id(2, n/2)}
		}
		apps = append(apps, app)
	}
	user := func(n int, name string, properties []any) any {
		return map[string]any{"id": id(1, n), "userId": name, "userDirectory": "ACME", "name": name, "roles": []any{}, "attributes": []any{}, "customProperties": properties}
	}
	dir = t.TempDir()
	for name, content := range map[string]any{
		"stream": streams, "app": apps, "systemrule": json.RawMessage(teamRules),
		"user": []any{user(1, "anna", property("Team", "red")), user(2, "bo", property("Kind", "IT'S")), user(3, "cy", property("Team", "Green"))},
	} {
		text, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".json"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// serveSite runs the decision point over a snapshot, and returns its address.
func serveSite(t *testing.T, site string) string {
	t.Helper()
	binary, bundle := filepath.Join(t.TempDir(), "qlik2rego.exe"), filepath.Join(t.TempDir(), "bundle.tar.gz")
	for _, args := range [][]string{
		{"go", "build", "-o", binary, "../../../cmd/qlik2rego"},
		{binary, "compile", filepath.Join(site, "systemrule.json"), "--snapshot", site, "-o", bundle},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
	}
	command := exec.Command(binary, "serve", "-b", bundle, "--filters", "--listen", "127.0.0.1:0")
	log, err := command.StderrPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	address, active := "", false
	lines := bufio.NewScanner(log)
	for (address == "" || !active) && lines.Scan() {
		if m := regexp.MustCompile(`listening address=(\S+)`).FindStringSubmatch(lines.Text()); m != nil {
			address = "http://" + m[1]
		}
		active = active || strings.Contains(lines.Text(), "bundles activated")
	}
	if address == "" {
		t.Fatal("the decision point has ended")
	}
	go func() {
		for lines.Scan() { // a full pipe would stop it
		}
	}()
	return address
}

// What List gets from a repository by filters of a real decision point is what that answers
// to a search: exact filters, of which long ones are split, and one that it checks afterwards.
func TestListFromARealDecisionPoint(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs the decision point")
	}
	site := teamSite(t)
	address := serveSite(t, site)
	store, err := fake.Load(os.DirFS(site), []byte(teamRules), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	repository := fake.New(store, fake.Options{NoGzip: true}).Repository()
	c := NewClient(address, "", 5*time.Minute)
	for subject, want := range map[string]struct {
		apps, calls int
		exact       bool
	}{`ACME\anna`: {300, 2, true}, `ACME\bo`: {225, 1, false}, `ACME\cy`: {0, 0, true}, `ACME\nobody`: {0, 0, true}} {
		q := Question{Subject: Entity{"user", subject}, Action: Action{"read"}, Resource: Entity{Type: "App"}, Context: map[string]any{"request_context": "hub"}}
		calls, exact := 0, true
		got, err := c.List(t.Context(), q, "qrs", func(_ context.Context, f Filter) ([]string, error) {
			var ids []string
			exact = f.Exact
			for _, one := range f.Filters {
				calls++
				ids = append(ids, selected(t, repository, one)...)
			}
			slices.Sort(ids)
			return slices.Compact(ids), nil
		})
		if err != nil {
			t.Fatalf("%s: %v", subject, err)
		}
		slices.Sort(got)
		if found := searched(t, address, q); !slices.Equal(got, found) {
			t.Errorf("%s: the list has %d apps, the search %d", subject, len(got), len(found))
		}
		if len(got) != want.apps || calls != want.calls || exact != want.exact {
			t.Errorf("%s: %d apps by %d calls, exact %t; want %+v", subject, len(got), calls, exact, want)
		}
	}
}

// selected asks the repository for the apps of a filter, by an address that a server takes.
func selected(t *testing.T, repository http.Handler, filter string) []string {
	t.Helper()
	r := httptest.NewRequest("GET", "/qrs/app?xrfkey=0123456789abcdef&filter="+url.QueryEscape(filter), nil)
	if len(r.URL.RequestURI()) > 16<<10 {
		t.Errorf("an address of %d bytes", len(r.URL.RequestURI()))
	}
	r.Header.Set("X-Qlik-Xrfkey", "0123456789abcdef")
	r.Header.Set("X-Qlik-User", "UserDirectory=INTERNAL; UserId=sa_repository")
	w := httptest.NewRecorder()
	repository.ServeHTTP(w, r)
	var apps []struct{ ID string }
	if err := json.Unmarshal(w.Body.Bytes(), &apps); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", filter, w.Code, w.Body)
	}
	var ids []string
	for _, a := range apps {
		ids = append(ids, a.ID)
	}
	return ids
}

// searched asks the decision point which apps the subject of a question may read.
func searched(t *testing.T, address string, q Question) []string {
	t.Helper()
	var ids []string
	for page := ""; ; {
		body, err := json.Marshal(map[string]any{"subject": q.Subject, "action": q.Action, "resource": map[string]any{"type": "App"}, "context": q.Context, "page": map[string]any{"token": page}})
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.Post(address+"/access/v1/search/resource", "application/json", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		var found struct {
			Results []struct{ ID string }
			Page    struct {
				Next string `json:"next_token"`
			}
		}
		err = json.NewDecoder(response.Body).Decode(&found)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatal(response.Status, err)
		}
		for _, r := range found.Results {
			ids = append(ids, r.ID)
		}
		if page = found.Page.Next; page == "" {
			slices.Sort(ids)
			return ids
		}
	}
}
