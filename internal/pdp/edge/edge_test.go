package edge_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/pdp/edge"
)

const mapping = `
subject: {type: user, header: X-Forwarded-User, prefix: "ACME\\"}
actions: {GET: read, DELETE: delete}
resources:
  - {path: "/apps/{id}", type: App}
  - {path: "/apps/{id}/sheets/**", type: Sheets}
  - {path: "/any/*/{id}", type: Any}
  - {path: /hub, type: Hub, id: home}
`

func TestMap(t *testing.T) {
	c, err := edge.Parse([]byte(mapping))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ method, uri, want string }{
		{"GET", "/apps/a1", `read App a1`},
		{"DELETE", "/apps/a1/?x=/apps/a2", `delete App a1`},
		{"GET", "/apps/a%201", `read App a 1`},
		{"GET", "/apps/a1/sheets", `read Sheets a1`},
		{"GET", "/apps/a1/sheets/7/x", `read Sheets a1`},
		{"GET", "/any/thing/x", `read Any x`},
		{"GET", "/hub", `read Hub home`},
		// Everything else is refused.
		{"GET", "/apps", ""}, {"GET", "/apps/", ""}, {"GET", "/apps/a1/other", ""}, {"GET", "/hub/x", ""}, {"GET", "/Hub", ""}, {"get", "/hub", ""}, {"POST", "/hub", ""},
		{"GET", "", ""}, {"GET", "hub", ""}, {"GET", "//hub", ""}, {"GET", "/x/../hub", ""}, {"GET", "/./hub", ""}, {"GET", "/apps/a%2fb", ""}, {"GET", "/apps/%2e%2e", ""},
		{"GET", "/apps/a%5cb", ""}, {"GET", `/apps\a1`, ""}, {"GET", "/apps/a1;x", ""}, {"GET", "/apps/%zz", ""}, {"GET", "/apps/a%00", ""}, {"GET", "/apps/a%252f", ""}, {"GET", "http://h/hub", ""},
	} {
		a, err := c.Map(edge.Question{Method: tt.method, URI: tt.uri, Header: func(name string) []string { return http.Header{"X-Forwarded-User": {"anna"}}.Values(name) }})
		got := strings.TrimSpace(a.Action + " " + a.ResourceType + " " + a.ResourceID)
		if got != tt.want || (err == nil) != (tt.want != "") || err == nil && (a.SubjectType != "user" || a.SubjectID != `ACME\anna`) || err != nil && !errors.Is(err, edge.ErrUnmapped) {
			t.Errorf("%s %s: %q %v, want %q", tt.method, tt.uri, got, err, tt.want)
		}
	}
	for _, subject := range [][]string{nil, {""}, {"anna", "bob"}} {
		if _, err := c.Map(edge.Question{Method: "GET", URI: "/hub", Header: func(string) []string { return subject }}); !errors.Is(err, edge.ErrNobody) {
			t.Errorf("%q: %v", subject, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"[", "{}", strings.Replace(mapping, "header: X-Forwarded-User", "", 1), strings.Replace(mapping, "/hub,", "hub,", 1), strings.Replace(mapping, ", id: home", "", 1),
		strings.Replace(mapping, "/any/*/{id}", "/any/**/{id}", 1), strings.Replace(mapping, "/any/*/{id}", "/any/x*/{id}", 1), strings.Replace(mapping, "/any/*/{id}", "/{id}/{id}", 1),
		"subject: {type: user, header: x}\nactions: {GET: read}\n",
	} {
		if _, err := edge.Parse([]byte(text)); err == nil {
			t.Errorf("it is taken: %s", text)
		}
	}
}
