package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/filter"
)

// TestServeFilters gives the same answers as the command filter for every target, and the same condition for OPA's
// media types.
func TestServeFilters(t *testing.T) {
	bundle := siteBundle(t)
	log, _ := serveInBackground(t, bundle, "--listen", "127.0.0.1:0", "--filters", "--public-url", "https://pdp.example.com/t")
	url := "http://" + log.await(t, `listening address=(\S+)`)[1]
	defer http.DefaultClient.CloseIdleConnections()
	ask := func(path, media, body string) (int, map[string]any) {
		t.Helper()
		r, err := http.NewRequest("POST", url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", media)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		var answer map[string]any
		if err == nil {
			err = json.Unmarshal(text, &answer)
		}
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		return response.StatusCode, answer
	}
	byCommand := func(args ...string) (code int, report map[string]any) {
		t.Helper()
		out, problems := &logBuffer{}, &logBuffer{}
		code = run(t.Context(), &Streams{In: strings.NewReader(""), Out: out, Err: problems}, append([]string{"filter", "-b", bundle, "--format", "json"}, args...))
		if code == ExitDone {
			if err := json.Unmarshal([]byte(out.String()), &report); err != nil {
				t.Fatal(err)
			}
		}
		return code, report
	}
	conditional := 0
	for _, subject := range []string{`ACME\anna`, `ACME\bo`, `ACME\nobody`} {
		for _, typ := range []string{"App", "Stream"} {
			for _, action := range []string{"read", "delete"} {
				for _, target := range filter.Targets {
					name := strings.Join([]string{subject, typ, action, target}, " ")
					code, want := byCommand("--subject", subject, "--type", typ, "--action", action, "--target", target, "--context", "hub")
					body := fmt.Sprintf(`{"input":{"subject":{"type":"user","id":%q},"context":{"request_context":"hub"}}}`, subject)
					status, got := ask("/v1/compile/qlik/"+typ+"/"+action, "application/vnd.qlik2rego."+target+"+json", body)
					if code != ExitDone {
						if status != 400 {
							t.Errorf("%s: exit code %d, status %d", name, code, status)
						}
						continue
					}
					if status != 200 || !reflect.DeepEqual(got["result"], any(want)) {
						t.Errorf("%s: %d\n%v\nwant\n%v", name, status, got, want)
					}
					if want["kind"] == "conditional" {
						conditional++
					}
				}
			}
		}
	}
	if conditional == 0 {
		t.Error("every filter is constant")
	}

	// OPA's media types, below the path of the public URL as well.
	anna := `{"input":{"subject":{"type":"user","id":"ACME\\anna"},"action":{"name":"read"}},"unknowns":["input.resource"],"options":{"targetDialects":["sql+postgresql","ucast+all"]}}`
	_, want := byCommand("--subject", `ACME\anna`, "--type", "App", "--action", "read", "--target", "postgres", "--literals")
	query := "WHERE " + fmt.Sprint(want["sql"])
	if status, got := ask("/t/v1/compile/qlik/App/read", "application/vnd.opa.sql.postgresql+json", anna); status != 200 || fmt.Sprint(got) != "map[result:map[query:"+query+"]]" {
		t.Errorf("%d %v, want %s", status, got, query)
	}
	nobody := strings.Replace(anna, "anna", "nobody", 1)
	if status, got := ask("/v1/compile/qlik/App/read", "application/vnd.opa.multitarget+json", nobody); status != 200 || fmt.Sprint(got) != "map[result:map[postgresql:map[query:WHERE 1=0] ucast:map[query:map[operator:or type:compound value:[]]]]]" {
		t.Errorf("nobody: %d %v", status, got)
	}

	for name, c := range map[string]struct{ path, media, body, want string }{
		"no language":       {"App/read", "application/json", anna, "Accept must be one of"},
		"MySQL":             {"App/read", "application/vnd.opa.sql.mysql+json", anna, "Accept must be one of"},
		"no such type":      {"Apps/read", "application/vnd.qlik2rego.qrs+json", anna, `there is no type \"Apps\"; did you mean App?`},
		"no such action":    {"App/reed", "application/vnd.qlik2rego.qrs+json", strings.Replace(anna, `"read"`, `"reed"`, 1), `unknown action \"reed\"; did you mean read?`},
		"another action":    {"App/update", "application/vnd.qlik2rego.qrs+json", anna, "say something else than the path"},
		"no subject":        {"App/read", "application/vnd.qlik2rego.qrs+json", `{"input":{}}`, "subject is missing"},
		"no input":          {"App/read", "application/vnd.qlik2rego.qrs+json", `{}`, "input is missing"},
		"tables of its own": {"App/read", "application/vnd.opa.sql.sqlite+json", `{"input":{"subject":{"type":"user","id":"x"}},"options":{"targetSQLTableMappings":{}}}`, "--filter-mapping"},
		"a superset of OPA": {"App/read", "application/vnd.opa.sql.sqlite+json", `{"input":{"subject":{"type":"user","id":"x"}},"options":{"superset":true}}`, "options.superset needs"},
		"no dialect":        {"App/read", "application/vnd.opa.multitarget+json", `{"input":{"subject":{"type":"user","id":"x"}}}`, "options.targetDialects must be"},
		"another dialect":   {"App/read", "application/vnd.opa.multitarget+json", `{"input":{"subject":{"type":"user","id":"x"}},"options":{"targetDialects":["sql+mysql"]}}`, "is not supported"},
	} {
		status, got := ask("/v1/compile/qlik/"+c.path, c.media, c.body)
		if text, _ := json.Marshal(got); status != 400 || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: %d %s, want %s", name, status, text, c.want)
		}
	}
	for _, path := range []string{"/v1/compile/qlik/App", "/v1/compile/qlik/App/read/x", "/v1/compile/other/allow", "/v1/compile/qlik//read"} {
		if status, _ := ask(path, "application/vnd.qlik2rego.qrs+json", anna); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// TestServeFilterMapping uses the names of a warehouse's tables, and fails to start if the mapping cannot be read.
func TestServeFilterMapping(t *testing.T) {
	mapping := filepath.Join(t.TempDir(), "mapping.yaml")
	if err := os.WriteFile(mapping, []byte("types:\n  App:\n    table: catalog.apps\n    id: guid\n    relations: {owner: {column: owner_guid, type: User}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"--filter-mapping is for --filters": {"--filter-mapping", mapping},
		"no such file":                      {"--filters", "--filter-mapping", mapping + "x"},
	} {
		log := &logBuffer{}
		if code := run(t.Context(), &Streams{In: strings.NewReader(""), Out: log, Err: log}, append([]string{"serve", "-b", "x", "--listen", "127.0.0.1:0"}, args...)); code == ExitDone || !strings.Contains(log.String(), want) {
			t.Errorf("%s: %d %s", args, code, log)
		}
	}
}
