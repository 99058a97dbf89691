package naming_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/naming"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// data is the site of these tests in a bundle; inMemory is the same site.
const data = `{"qlik": {"view": {"app": {"relations": {"stream": {"type": "stream", "many": false}}}}}, "site": {
	"subjects": {"acme\\anna": "u1", "acme\\ben": "u2", "acme\\ben2": "u3"},
	"entities": {
		"user": {
			"u1": {"=name": "Anna Berg", "=userdirectory": "ACME", "=userid": "anna"},
			"u2": {"=name": "Ben", "=userdirectory": "ACME", "=userid": "ben"},
			"u3": {"=name": "BEN", "=userdirectory": "ACME", "=userid": "ben2"},
			"u4": {"=name": "Node"}
		},
		"app": {"a1": {"=name": "Sales", "stream": "s1"}, "a2": {"=name": "Twin"}, "a3": {"=name": "twin"}},
		"stream": {"s1": {"=name": "Everyone"}}
	}
}}`

func inMemory() *snapshot.Site {
	site := &snapshot.Site{Records: map[string]map[string]*snapshot.Entity{}, Users: map[string]*snapshot.Entity{}}
	add := func(typ, id string, scalars ...string) *snapshot.Entity {
		e := &snapshot.Entity{Type: typ, ID: id, Scalars: map[string]string{}, Relations: map[string][]*snapshot.Entity{}}
		for i := 0; i < len(scalars); i += 2 {
			e.Scalars[scalars[i]] = scalars[i+1]
		}
		if site.Records[typ] == nil {
			site.Records[typ] = map[string]*snapshot.Entity{}
		}
		site.Records[typ][schema.Fold(id)] = e
		if user := e.Scalars["userid"]; user != "" {
			site.Users[schema.Fold(`acme\`+user)] = e
		}
		return e
	}
	add("user", "u1", "name", "Anna Berg", "userdirectory", "ACME", "userid", "anna")
	add("user", "u2", "name", "Ben", "userdirectory", "ACME", "userid", "ben")
	add("user", "u3", "name", "BEN", "userdirectory", "ACME", "userid", "ben2")
	add("user", "u4", "name", "Node")
	app := add("app", "a1", "name", "Sales")
	add("app", "a2", "name", "Twin")
	add("app", "a3", "name", "twin")
	app.Relations["stream"] = []*snapshot.Entity{add("stream", "s1", "name", "Everyone")}
	return site
}

// sites are the names on the site in a bundle and in memory, which must be the same.
func sites(t *testing.T) map[string]*naming.Names {
	t.Helper()
	var d bundles.Document
	if err := d.PutJSON(strings.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	inactive := map[string]string{"u2": "blocked"}
	return map[string]*naming.Names{
		"bundle": naming.OfBundle(&d, schema.Default(), inactive),
		"site":   naming.OfSite(inMemory(), true, schema.Default(), inactive),
	}
}

func TestSubject(t *testing.T) {
	tests := []struct {
		given     string
		described bool
		want, err string
	}{
		{given: `ACME\anna`, want: `ACME\anna`},
		{given: `acme\ANNA`, want: `ACME\anna`},
		{given: `acme/anna`, want: `ACME\anna`},
		{given: "U1", want: `ACME\anna`},
		{given: "u4", want: "u4"},
		{given: "anna berg", want: `ACME\anna`},
		{given: "anna", want: `ACME\anna`},
		{given: "node", want: "u4"},
		{given: "ben", err: `2 users on record are called "ben": ACME\ben, ACME\ben2`},
		{given: `ACME\new`, want: `ACME\new`},
		{given: `NONE\visitor`, want: `NONE\visitor`},
		{given: "anna berk", err: `no user on record has the login DIRECTORY\user, the id or the name "anna berk"; did you mean ACME\anna (Anna Berg)?`},
		{given: `ACME\new`, described: true, want: `ACME\new`},
		{given: `acme\anna`, described: true, err: `ACME\anna is on record and cannot be described: the record counts`},
		{given: "u1", described: true, err: `ACME\anna is on record and cannot be described: the record counts`},
	}
	for name, n := range sites(t) {
		for _, test := range tests {
			got, err := n.Subject(test.given, test.described)
			// The data of a bundle has the spelling of a login; a request's spelling is not kept.
			if !strings.EqualFold(got, test.want) || textOf(err) != test.err {
				t.Errorf("%s: %q, described %t: %q, %v; want %q, %s", name, test.given, test.described, got, err, test.want, test.err)
			}
		}
	}
}

func TestResource(t *testing.T) {
	tests := []struct {
		typ, id   string
		described bool
		want, err string
	}{
		{typ: "app", id: "a1", want: "App:a1"},
		{typ: "APP", id: "sales", want: "App:a1"},
		{typ: "App", id: "unknown", want: "App:unknown"},
		{typ: "App", id: "twin", err: `2 resources of the type App are called "twin": a2, a3`},
		{typ: "App", id: "s1", err: `s1 is the id of a resource of another type; did you mean Stream:s1 ("Everyone")?`},
		{typ: "App", id: "s1", described: true, want: "App:s1"},
		{typ: "Extension", id: "e1", want: "Extension:e1"},
		{typ: "Widget", id: "w", want: "Widget:w"},
		{typ: "Strean", id: "x", err: `there is no type "Strean"; did you mean Stream?`},
		{typ: "Sheets", id: "x", err: `there is no type "Sheets"; did you mean App.Object?`},
		{typ: "Strean", id: "a1", err: `there is no type "Strean"; did you mean App?`},
	}
	for name, n := range sites(t) {
		for _, test := range tests {
			typ, id, err := n.Resource(test.typ, test.id, test.described)
			got := typ + ":" + id
			if err != nil {
				got = ""
			}
			if got != test.want || textOf(err) != test.err {
				t.Errorf("%s: %s:%s: %s, %v; want %s, %s", name, test.typ, test.id, got, err, test.want, test.err)
			}
		}
	}
}

func TestResolve(t *testing.T) {
	request := func(subject, typ, id string) authzen.Request {
		return authzen.Request{Subject: authzen.Entity{Type: "user", ID: subject}, Resource: authzen.Entity{Type: typ, ID: id}}
	}
	tests := []struct {
		given       authzen.Request
		want, notes string
	}{
		{request("anna", "app", "sales"), `ACME\anna App:a1`, ""},
		{request("u2", "", ""), `ACME\ben :`, `ACME\ben is blocked: Qlik rejects such users, but rules do not see this`},
		{request(`ACME\ana`, "App", "sale"), `ACME\ana App:sale`,
			`no user of the snapshot is ACME\ana; did you mean ACME\anna?|no resource of the type App in the snapshot has the id or name "sale"; did you mean a1 ("Sales")?`},
		{request(`NONE\x`, "Extension", "e1"), `NONE\x Extension:e1`, ""},
	}
	for name, n := range sites(t) {
		for _, test := range tests {
			r := test.given
			notes, err := n.Resolve(&r)
			got := r.Subject.ID + " " + r.Resource.Type + ":" + r.Resource.ID
			if err != nil || got != test.want || strings.Join(notes, "|") != test.notes {
				t.Errorf("%s: %s with the notes %q, %v; want %s with %s", name, got, notes, err, test.want, test.notes)
			}
		}
	}
}

// TestResolveNamesThePart checks that an error says which part of the request it is about, with
// the notes about the parts before it.
func TestResolveNamesThePart(t *testing.T) {
	for name, n := range sites(t) {
		var wrong *naming.Error
		r := authzen.Request{Subject: authzen.Entity{ID: "ben"}, Resource: authzen.Entity{Type: "App", ID: "twin"}}
		if _, err := n.Resolve(&r); !errors.As(err, &wrong) || wrong.Part != authzen.SubjectPart {
			t.Errorf("%s: %v", name, err)
		}
		r.Subject.ID = "u2"
		if notes, err := n.Resolve(&r); !errors.As(err, &wrong) || wrong.Part != authzen.ResourcePart || len(notes) != 1 {
			t.Errorf("%s: %v with the notes %q", name, err, notes)
		}
	}
}

func TestWithoutSite(t *testing.T) {
	n := naming.OfSite(&snapshot.Site{}, false, schema.Default(), nil)
	if _, err := n.Subject("anna", false); !errors.Is(err, naming.ErrNoSite) {
		t.Error(err)
	}
	if id, err := n.Subject(`ACME\anna`, true); id != `ACME\anna` || err != nil {
		t.Errorf("%q, %v", id, err)
	}
}

func TestRelated(t *testing.T) {
	for name, n := range sites(t) {
		if got := n.Records.Related("App", "A1", "stream"); len(got) != 1 || got[0] != "s1" {
			t.Errorf("%s: the stream is %q", name, got)
		}
		if got := n.Records.Related("App", "a2", "stream"); got != nil {
			t.Errorf("%s: an app without a stream has %q", name, got)
		}
		if !n.Records.Relates("App", "stream") || n.Records.Relates("App", "owner") != (name == "site") {
			t.Errorf("%s: the known relations are wrong", name)
		}
	}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
