package pdp_test

import (
	"context"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

var (
	sites     = flag.Int("sites", 4, "how many sites TestSearchIsFilteredEvaluation searches")
	firstSeed = flag.Uint64("seed", 1, "the seed of the first site")
)

// compileSite writes a site's bundle and returns its path.
func compileSite(t testing.TB, c sitegen.Case) string {
	t.Helper()
	dir := t.TempDir()
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	site, found := snapshot.Open(filepath.Join(dir, "snapshot"), schema.Default())
	if found.HasErrors() {
		t.Fatal(found)
	}
	rules, found := ruleset.Decode("rules.json", c.Rules)
	if found.HasErrors() {
		t.Fatal(found)
	}
	policy, _ := compiler.Compile(rules, compiler.Options{SkipInvalid: true})
	if policy == nil {
		t.Fatal("the rules do not compile")
	}
	name := filepath.Join(dir, "bundle.tar.gz")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	data := func(ctx context.Context, w io.Writer) error {
		_, err := site.Project(ctx, policy.View, w, snapshot.NoProgress{})
		return err
	}
	if _, err := bundles.Build(t.Context(), f, policy, data, bundles.BuildOptions{TempDir: dir}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestSearchIsFilteredEvaluation checks on generated sites that the three searches find exactly the
// candidates that evaluate to true alone, and that a batch gives each item the same answer, by the same
// rules, as a single request.
func TestSearchIsFilteredEvaluation(t *testing.T) {
	size := sitegen.Size{Users: 6, Streams: 3, Apps: 5, Objects: 6, Others: 2, Rules: 20, Requests: 40}
	sites := *sites
	if !exact.Enabled() {
		sites = 1
	}
	found, asked := 0, 0
	for i := range uint64(sites) {
		seed := *firstSeed + i
		c := sitegen.Generate(seed, size)
		bundle := compileSite(t, c)
		p := start(t, config(bundle))
		who := candidatesOf(t, bundle)
		var items []any
		for _, request := range c.Requests {
			var r object
			if json.Unmarshal(request, &r) != nil || p.post(evaluation, string(request)).status != 200 {
				continue // not a valid request
			}
			items = append(items, r)
			for _, s := range who.searches(r) {
				asked++
				var a foundAnswer
				p.ask(s.path, text(s.request), &a)
				want := p.evaluateEach(s.candidates)
				if found += len(want); !slices.Equal(a.names(), want) {
					t.Errorf("site %d: %s %s\n got %q\nwant %q", seed, s.path, text(s.request), a.names(), want)
				}
			}
		}
		p.batchIsEach(seed, items)
	}
	if found == 0 || asked == 0 {
		t.Errorf("%d searches found %d: nothing was compared", asked, found)
	}
	t.Logf("%d searches found %d", asked, found)
}

// who has the users and the resources, according to the policy's own Rego.
type who struct {
	users   []string
	things  func(typ string) []string
	actions []string
}

func candidatesOf(t *testing.T, bundle string) who {
	t.Helper()
	b, err := bundles.Open(t.Context(), bundle)
	if err != nil {
		t.Fatal(err)
	}
	// A package that is not ours queries the sets.
	b.Modules = append(b.Modules, bundles.Module{Path: "x.rego", Source: []byte("package x\n\nimport data.qlik.authz\n\n" +
		"allow := false\n\nsubjects := authz.subjects\n\nresources := authz.resources\n\naction_names := authz.action_names\n")})
	p, err := engine.NewEntryPoint(t.Context(), b, "x")
	if err != nil {
		t.Fatal(err)
	}
	qlik, err := engine.NewEntryPoint(t.Context(), b, engine.QlikEntryPoint)
	if err != nil {
		t.Fatal(err)
	}
	w := who{things: func(typ string) []string {
		things, _ := p.Resources(strings.ToLower(typ))
		if ids, ok := qlik.Resources(typ); !ok || !slices.Equal(ids, things) {
			t.Errorf("%s: %q, and in Rego %q", typ, ids, things)
		}
		return things
	}}
	w.users, _ = p.Subjects("user")
	if ids, ok := qlik.Subjects("user"); !ok || !slices.Equal(ids, w.users) || len(ids) == 0 {
		t.Errorf("users: %q, and in Rego %q", ids, w.users)
	}
	w.actions, _ = p.ActionNames()
	return w
}

type search struct {
	path       string
	request    object
	candidates []candidate
}

type candidate struct {
	name    string
	request object
}

// searches returns the three searches that an evaluation belongs to.
func (w who) searches(r object) []search {
	typ := r["resource"].(object)["type"].(string)
	user, _ := r["subject"].(object)["type"].(string)
	users := w.users
	if user != "user" {
		users = nil
	}
	each := func(part, key string, ids []string) (list []candidate) {
		for _, id := range ids {
			entity := maps.Clone(r[part].(object))
			if part == "action" {
				entity = object{}
			}
			entity[key] = id
			list = append(list, candidate{id, with(r, part, entity)})
		}
		return list
	}
	without := func(part string) object {
		entity := maps.Clone(r[part].(object))
		delete(entity, "id")
		return with(r, part, entity)
	}
	noAction := maps.Clone(r)
	delete(noAction, "action")
	return []search{
		{searchSubject, without("subject"), each("subject", "id", users)},
		{searchResource, without("resource"), each("resource", "id", w.things(typ))},
		{searchAction, noAction, each("action", "name", w.actions)},
	}
}

func (p *point) evaluateEach(candidates []candidate) []string {
	names := []string{}
	for _, c := range candidates {
		var a decisionAnswer
		if p.ask(evaluation, text(c.request), &a); a.Decision {
			names = append(names, c.name)
		}
	}
	return names
}

// batchIsEach sends all items in one batch, in their order and grouped by subject, and each alone.
func (p *point) batchIsEach(seed uint64, items []any) {
	p.t.Helper()
	slices.SortStableFunc(items, func(a, b any) int {
		return strings.Compare(text(a.(object)["subject"])+text(a.(object)["context"]), text(b.(object)["subject"])+text(b.(object)["context"]))
	})
	first := items[0].(object)
	var oneSubject []any
	for _, item := range items {
		i := with(item.(object), "subject", first["subject"])
		delete(i, "context")
		oneSubject = append(oneSubject, i)
	}
	for name, list := range map[string][]any{"each its own": items, "one subject": oneSubject} {
		var b struct{ Evaluations []json.RawMessage }
		p.ask(evaluations, text(object{"evaluations": list}), &b)
		for i, item := range list {
			if alone := p.post(evaluation, text(item)); string(b.Evaluations[i]) != alone.body {
				p.t.Errorf("site %d, %s: %s\n in a batch %s\n      alone %s", seed, name, text(item), b.Evaluations[i], alone.body)
			}
		}
	}
}
