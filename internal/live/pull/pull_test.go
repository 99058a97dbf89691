package pull

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/live"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake/faketest"
)

func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return files
}

func mustPull(t *testing.T, c *qrs.Client, dir string, o Options) *Result {
	t.Helper()
	r, err := Into(t.Context(), c, dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func names(files map[string]string) string {
	var all []string
	for name := range files {
		all = append(all, name)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestTheSameSiteGivesTheSameBytes(t *testing.T) {
	clock := faketest.NewClock()
	site := faketest.Start(t, "customer-case", fake.Options{Clock: clock.Now})
	base := t.TempDir()
	first := mustPull(t, site.Client(t), filepath.Join(base, "a"), Options{})
	a := tree(t, filepath.Join(base, "a"))
	if first.Manifest.Rules != len(site.Store.List("systemrule")) || !strings.HasPrefix(names(a), "manifest.json rules/security/") {
		t.Errorf("pulled %d rules into %s", first.Manifest.Rules, names(a))
	}
	// The result does not depend on the order of lists, or on the number of pulls.
	site.Store.Shuffle(7)
	mustPull(t, site.Client(t), filepath.Join(base, "b"), Options{})
	b := tree(t, filepath.Join(base, "b"))
	clock.Advance(time.Hour)
	if again := mustPull(t, site.Client(t), filepath.Join(base, "b"), Options{}); !again.Unchanged {
		t.Error("a second pull finds changes")
	}
	for name, text := range a {
		if strings.HasPrefix(name, "manifest") {
			continue // the times differ
		}
		if b[name] != text {
			t.Errorf("%s differs", name)
		}
	}
	if again := tree(t, filepath.Join(base, "b")); fmt.Sprint(again) != fmt.Sprint(b) {
		t.Error("the second pull has changed the folder")
	}
	if entries, _ := os.ReadDir(base); len(entries) != 2 {
		t.Errorf("%d folders are left", len(entries))
	}
}

// Secrets of a site are never written.
func TestSecretsAreDropped(t *testing.T) {
	site := faketest.Start(t, "customer-case", fake.Options{})
	for path, fields := range map[string]map[string]any{
		"dataconnection":     {"name": "c", "connectionstring": "hush1", "password": "hush2", "type": "folder"},
		"virtualproxyconfig": {"name": "v", "oidcClientSecret": "hush3", "jwtAttributeUserId": "userId"},
		"userdirectory":      {"name": "u", "settings": []any{map[string]any{"name": "Password", "secretValue": "hush4"}}},
		"analyticconnection": {"name": "a", "nested": map[string]any{"Token": "hush5", "kept": "yes"}},
	} {
		if _, err := site.Store.Create(path, fields, "x"); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "site")
	mustPull(t, site.Client(t), dir, Options{})
	all := fmt.Sprint(tree(t, dir))
	if strings.Contains(all, "hush") || !strings.Contains(all, `"nested":{"kept":"yes"}`) || !strings.Contains(all, "jwtAttributeUserId") {
		t.Error("a secret was written, or more than the secrets was dropped")
	}
}

func TestWholeOrNotAtAll(t *testing.T) {
	for _, fault := range []fake.Fault{fake.ServerError, fake.CutBody, fake.LoginPage} {
		site := faketest.Start(t, "customer-case", fake.Options{NoGzip: true})
		base := t.TempDir()
		lists := func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/user/full") }
		site.SetFaults(func(r *http.Request) fake.Fault {
			if lists(r) {
				return fault
			}
			return fake.NoFault
		})
		dir := filepath.Join(base, "repo")
		if _, err := Into(t.Context(), site.Client(t), dir, Options{}); err == nil || names(tree(t, base)) != "" {
			t.Errorf("fault %d: %v, left %q", fault, err, names(tree(t, base)))
		}
		// A single fault is retried; after a failure an existing directory is unchanged.
		site.SetFaults(fake.Once(fault, 1, lists))
		if fault != fake.LoginPage {
			mustPull(t, site.Client(t), dir, Options{})
		} else {
			site.SetFaults(nil)
			mustPull(t, site.Client(t), dir, Options{})
		}
		before := tree(t, dir)
		if _, err := site.Store.Create("tag", map[string]any{"name": "new"}, "x"); err != nil {
			t.Fatal(err)
		}
		site.SetFaults(func(r *http.Request) fake.Fault {
			if lists(r) {
				return fault
			}
			return fake.NoFault
		})
		if _, err := Into(t.Context(), site.Client(t), dir, Options{}); err == nil || fmt.Sprint(tree(t, dir)) != fmt.Sprint(before) {
			t.Errorf("fault %d: a failed pull has changed the folder: %v", fault, err)
		}
	}
}

// Some builds truncate lists: the rest is read by tables and ids.
func TestShortLists(t *testing.T) {
	site := faketest.Start(t, "customer-case", fake.Options{})
	const apps = 333
	for i := range apps {
		if _, err := site.Store.Create("app", map[string]any{"name": fmt.Sprint("app", i)}, "x"); err != nil {
			t.Fatal(err)
		}
	}
	whole, short := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	want := mustPull(t, site.Client(t), whole, Options{})
	site.SetFaults(func(r *http.Request) fake.Fault {
		if strings.HasSuffix(r.URL.Path, "/full") {
			return fake.ShortList
		}
		return fake.NoFault
	})
	got := mustPull(t, site.Client(t), short, Options{})
	if p := want.Manifest.Part("App"); *p != *got.Manifest.Part("App") || p.Count < apps {
		t.Errorf("%v by lists that are short, %v otherwise", got.Manifest.Part("App"), p)
	}
}

func TestIncrements(t *testing.T) {
	clock := faketest.NewClock()
	site := faketest.Start(t, "customer-case", fake.Options{Clock: clock.Tick})
	dir, full := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	mustPull(t, site.Client(t), dir, Options{})
	check := func(what string) {
		t.Helper()
		clock.Advance(time.Minute)
		r := mustPull(t, site.Client(t), dir, Options{Incremental: true})
		mustPull(t, site.Client(t), full, Options{})
		a, b := tree(t, dir), tree(t, full)
		delete(a, live.ManifestName)
		delete(b, live.ManifestName)
		if !r.Incremental || fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%s: an increment (%v) differs from all", what, r.Incremental)
		}
	}
	check("nothing")
	user := site.Store.List("user")[2]["id"].(string)
	if err := site.Store.Edit("user", user, "x", map[string]any{"roles": []any{"AuditAdmin"}}); err != nil {
		t.Fatal(err)
	}
	check("an edit")
	if err := errors.Join(site.Store.Delete("stream", site.Store.List("stream")[0]["id"].(string)), site.Store.Delete("user", user)); err != nil {
		t.Fatal(err)
	}
	check("deletions")
	if _, err := site.Store.Create("stream", map[string]any{"name": "s"}, "x"); err != nil {
		t.Fatal(err)
	}
	if err := site.Store.Delete("stream", site.Store.List("stream")[1]["id"].(string)); err != nil {
		t.Fatal(err)
	}
	check("one more and one less")
	clock.Advance(fullEvery)
	if r := mustPull(t, site.Client(t), dir, Options{Incremental: true}); r.Incremental {
		t.Error("after a day only changes are read")
	}
}

func TestLocalChangesAreKept(t *testing.T) {
	site := faketest.Start(t, "customer-case", fake.Options{})
	dir := filepath.Join(t.TempDir(), "repo")
	mustPull(t, site.Client(t), dir, Options{})
	var file string
	for name := range tree(t, dir) {
		if strings.HasSuffix(name, ".qrule") && (file == "" || name < file) {
			file = name
		}
	}
	path := filepath.Join(dir, file)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "README.md"), []byte("ours"), 0o600), os.WriteFile(path, append(text, " or true"...), 0o600)); err != nil {
		t.Fatal(err)
	}
	_, err = Into(t.Context(), site.Client(t), dir, Options{})
	var local *LocalChangesError
	if !errors.As(err, &local) || !slices.Equal(local.Files, []string{file}) {
		t.Fatalf("local changes: %v", err)
	}
	mustPull(t, site.Client(t), dir, Options{Overwrite: true})
	after := tree(t, dir)
	if after[file] != string(text) || after["README.md"] != "ours" {
		t.Error("the change is still there, or a file of others is not")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err = Into(t.Context(), site.Client(t), dir, Options{}); !errors.As(err, &local) {
		t.Errorf("a rule file that is gone: %v", err)
	}
}

// Files with names are equivalent to files with ids: a second pull changes nothing, and an ambiguous name stays an
// id.
func TestNamesInPlaceOfIDs(t *testing.T) {
	site := faketest.Start(t, "customer-case", fake.Options{})
	streams := site.Store.List("stream")
	one, two := streams[0]["id"].(string), streams[1]["id"].(string)
	name := streams[0]["name"].(string)
	create := func(rule, filter string) {
		t.Helper()
		if _, err := site.Store.Create("systemrule", map[string]any{"name": "By id", "rule": rule, "resourceFilter": filter, "actions": json.Number("2"), "category": "Security", "type": "Custom"}, "x"); err != nil {
			t.Fatal(err)
		}
	}
	create(`resource.id = "`+one+`" or user.name = "`+two+`x" // `+one, "Stream_"+one)
	dir := filepath.Join(t.TempDir(), "repo")
	mustPull(t, site.Client(t), dir, Options{Names: true})
	file := filepath.Join(dir, "rules", "security", "by-id.qrule")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Stream_${stream:" + name + "}", `resource.id = "${stream:` + name + `}"`, two + `x"`, "// " + one} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	before := tree(t, dir)
	if again := mustPull(t, site.Client(t), dir, Options{Names: true}); !again.Unchanged {
		t.Error("the same site is another one")
	}
	if !maps.Equal(before, tree(t, dir)) {
		t.Error("a second pull changes files")
	}
	if err := site.Store.Edit("stream", two, "x", map[string]any{"name": name}); err != nil {
		t.Fatal(err)
	}
	mustPull(t, site.Client(t), dir, Options{Names: true})
	if text, err = os.ReadFile(file); err != nil || strings.Contains(string(text), "${") {
		t.Errorf("%v, an ambiguous name stays:\n%s", err, text)
	}
}

// A pull by a user without rights must not produce an empty site.
func TestMissingRights(t *testing.T) {
	site := faketest.Start(t, "real-site", fake.Options{})
	_, err := Into(t.Context(), site.As(t, `ACME\content`), filepath.Join(t.TempDir(), "x"), Options{})
	if err == nil || !strings.Contains(err.Error(), "sees no entity of the type") {
		t.Errorf("got %v", err)
	}
}

func TestManifest(t *testing.T) {
	site := faketest.Start(t, "real-site", fake.Options{HideTypes: []string{"odaglink"}})
	dir := filepath.Join(t.TempDir(), "x")
	mustPull(t, site.Client(t), dir, Options{})
	m, err := live.ReadManifest(dir)
	if err != nil || !slices.Contains(m.Absent, "OdagLink") || m.Build != "31.56.2.0" {
		t.Errorf("%+v, %v", m, err)
	}
	for _, part := range m.Collections {
		var list []any
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(part.File)))
		if err != nil || json.Unmarshal(data, &list) != nil || len(list) != part.Count || int64(len(data)) != part.Bytes {
			t.Errorf("%s: %v, %d entities of %d", part.File, err, len(list), part.Count)
		}
	}
}
