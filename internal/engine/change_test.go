package engine_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// TestChangesAreAsGoodAsANewBundle changes generated sites entity by entity: it adds, changes and
// removes existing and nested entities, and changes references to them. After each change the entry
// point has the same data, decisions and candidates as a new one for the whole changed snapshot, and
// the previous entry point still decides as before.
func TestChangesAreAsGoodAsANewBundle(t *testing.T) {
	seeds, rounds := uint64(4), 12
	if testing.Short() {
		seeds, rounds = 1, 5
	}
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			t.Parallel()
			s := newChanging(t, seed, sitegen.Size{Users: 6, Streams: 4, Apps: 6, Objects: 7, Others: 3, Rules: 15, Requests: 60})
			running := s.open(t, "old.tar.gz")
			verdicts := s.verdicts(t, running)
			changes := 0
			for range rounds {
				if !s.change(t) {
					continue // not a valid snapshot: two users have the same login
				}
				next := s.patched(t, running)
				fresh := s.open(t, "new.tar.gz")
				got, _ := next.Data().Lookup("site")
				want, _ := fresh.Data().Lookup("site")
				if !reflect.DeepEqual(got, want) {
					t.Fatalf("the data are %v\nwant %v", got, want)
				}
				expected := s.verdicts(t, fresh)
				if got := s.verdicts(t, next); !reflect.DeepEqual(got, expected) {
					t.Fatalf("the decisions are %v\nwant %v", got, expected)
				}
				if got := s.verdicts(t, running); !reflect.DeepEqual(got, verdicts) {
					t.Fatal("the point decides differently after a change of which it has not been told")
				}
				s.sameCandidates(t, next, fresh)
				if !reflect.DeepEqual(expected, verdicts) {
					changes++
				}
				running, verdicts = next, expected
				s.rename(t, "new.tar.gz", "old.tar.gz")
			}
			if changes == 0 {
				t.Error("no change had a consequence")
			}
		})
	}
}

// changing is a site that changes.
type changing struct {
	r        *rand.Rand
	dir      string
	policy   *compiler.Policy
	files    map[string][]fields
	names    []string
	requests []engine.Request
}

func newChanging(t *testing.T, seed uint64, size sitegen.Size) *changing {
	t.Helper()
	c := sitegen.Generate(seed, size)
	s := &changing{r: rand.New(rand.NewPCG(seed, 1)), dir: t.TempDir(), files: map[string][]fields{}}
	rules, found := ruleset.Decode("rules.json", c.Rules)
	if s.policy, _ = compiler.Compile(rules, compiler.Options{}); s.policy == nil || found.HasErrors() {
		t.Fatal("the rules do not compile")
	}
	for name, content := range c.Files {
		var list []fields
		if err := json.Unmarshal(content, &list); err == nil {
			s.files[name] = list
		}
	}
	s.names = slices.Sorted(maps.Keys(s.files))
	for _, text := range c.Requests {
		if v, err := engine.ParseRequest(text); err == nil {
			if r := ast.NewTerm(v); isRequest(r) {
				s.requests = append(s.requests, asRequest(t, text))
			}
		}
	}
	if len(s.names) < 5 || len(s.requests) < 20 || !s.compile(t, "old.tar.gz") {
		t.Fatalf("the site has %d files and %d requests", len(s.names), len(s.requests))
	}
	return s
}

func isRequest(r *ast.Term) bool {
	for _, name := range []string{"subject", "action", "resource"} {
		if o, ok := r.Value.(ast.Object); !ok || o.Get(ast.StringTerm(name)) == nil {
			return false
		}
		if _, ok := r.Get(ast.StringTerm(name)).Value.(ast.Object); !ok {
			return false
		}
	}
	return true
}

// change changes an entity or two and compiles the result, if it is valid.
func (s *changing) change(t *testing.T) bool {
	t.Helper()
	before := maps.Clone(s.files)
	for range 1 + s.r.IntN(2) {
		name := s.names[s.r.IntN(len(s.names))]
		list := slices.Clone(s.files[name])
		at := -1
		if len(list) > 0 {
			at = s.r.IntN(len(list))
		}
		switch {
		case at < 0:
		case s.r.IntN(4) == 0:
			list = slices.Delete(list, at, at+1)
		case s.r.IntN(4) == 0:
			added := maps.Clone(list[at])
			added["id"] = guid(s.r)
			if _, isUser := added["userId"]; isUser {
				added["userId"] = fmt.Sprintf("new%d", s.r.IntN(1000))
			}
			list = append(list, added)
		default:
			// Take the values of another entity, except those that identify it.
			changed := maps.Clone(list[at])
			other := list[s.r.IntN(len(list))]
			for _, key := range slices.Sorted(maps.Keys(other)) { // in a fixed order, so that each run draws the same numbers
				if key != "id" && key != "userId" && key != "userDirectory" && s.r.IntN(2) == 0 {
					changed[key] = other[key]
				}
			}
			list[at] = changed
		}
		s.files[name] = list
	}
	if s.compile(t, "new.tar.gz") {
		return true
	}
	s.files = before
	return false
}

// compile writes a bundle of the current site; it returns false if the site is not valid.
func (s *changing) compile(t *testing.T, name string) bool {
	t.Helper()
	folder := t.TempDir()
	for name, list := range s.files {
		writeJSON(t, filepath.Join(folder, name), list)
	}
	site, found := snapshot.Open(folder, nil)
	if found.HasErrors() {
		t.Fatal(found)
	}
	if _, found = site.Load(nil); found.HasErrors() {
		return false
	}
	out, err := os.Create(filepath.Join(s.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bundles.Build(t.Context(), out, s.policy, projected(site, s.policy), bundles.BuildOptions{TempDir: folder}); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return true
}

func (s *changing) open(t *testing.T, name string) *engine.EntryPoint {
	t.Helper()
	b, err := bundles.Open(t.Context(), filepath.Join(s.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := engine.NewEntryPoint(t.Context(), b, engine.QlikEntryPoint)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// patched applies the delta between the two bundles to an entry point, as OPA reads it.
func (s *changing) patched(t *testing.T, p *engine.EntryPoint) *engine.EntryPoint {
	t.Helper()
	file, err := os.Create(filepath.Join(s.dir, "delta.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if _, err := bundles.WriteDelta(t.Context(), file, filepath.Join(s.dir, "old.tar.gz"), filepath.Join(s.dir, "new.tar.gz")); err != nil {
		t.Fatal(err)
	}
	if _, err := file.Seek(0, 0); err != nil {
		t.Fatal(err)
	}
	delta, err := bundle.NewReader(file).Read()
	if err != nil {
		t.Fatal(err)
	}
	data, err := p.Data().Patch(delta.Patch.Data)
	if err != nil {
		t.Fatal(err)
	}
	next, err := p.With(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func (s *changing) verdicts(t *testing.T, p *engine.EntryPoint) []string {
	t.Helper()
	verdicts, err := p.Evaluate(t.Context(), s.requests, true)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, v := range verdicts {
		texts = append(texts, fmt.Sprintf("%t %s %v %v", v.Allow, v.Reason, v.GrantedBy, v.Err))
	}
	return texts
}

func (s *changing) sameCandidates(t *testing.T, got, want *engine.EntryPoint) {
	t.Helper()
	users, _ := got.Subjects("user")
	if expected, _ := want.Subjects("user"); !slices.Equal(users, expected) {
		t.Fatalf("the users are %q, want %q", users, expected)
	}
	for _, typ := range []string{"App", "Stream", "User", "App.Object"} {
		ids, _ := got.Resources(typ)
		if expected, _ := want.Resources(typ); !slices.Equal(ids, expected) {
			t.Fatalf("of %s there are %q, want %q", typ, ids, expected)
		}
	}
}

func (s *changing) rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(filepath.Join(s.dir, from), filepath.Join(s.dir, to)); err != nil {
		t.Fatal(err)
	}
}
