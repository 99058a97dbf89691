package apply

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/live/plan"
	"github.com/qlik2rego/qlik2rego/internal/live/pull"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake/faketest"
	"github.com/qlik2rego/qlik2rego/internal/sitenames"
)

// two is a site and a directory that is planned for it.
type two struct {
	t    *testing.T
	repo string
}

func (s two) plan(client *qrs.Client, o plan.Options) *plan.Plan {
	s.t.Helper()
	o.NoEffect = true
	p, err := plan.Build(s.t.Context(), client, s.repo, o)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := p.Encode(); err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s two) expect(p *plan.Plan, changes, drift, conflicts int) {
	s.t.Helper()
	if len(p.Changes) != changes || len(p.Drift) != drift || len(p.Conflicts) != conflicts {
		s.t.Fatalf("%d changes, %d drift, %d conflicts: %+v %+v %+v", len(p.Changes), len(p.Drift), len(p.Conflicts), p.Changes, p.Drift, p.Conflicts)
	}
}

func (s two) apply(client *qrs.Client, p *plan.Plan) {
	s.t.Helper()
	if _, err := Apply(s.t.Context(), client, p, Options{Backups: s.t.TempDir()}); err != nil {
		s.t.Fatal(err)
	}
}

func (s two) file(name string) string {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.repo, filepath.FromSlash(name)))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

func (s two) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.repo, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		s.t.Fatal(err)
	}
}

func (s two) edit(name, old, new string) {
	s.t.Helper()
	text := s.file(name)
	if !strings.Contains(text, old) {
		s.t.Fatalf("%s has no %q:\n%s", name, old, text)
	}
	s.write(name, strings.ReplaceAll(text, old, new))
}

func stream(t *testing.T, site *faketest.Site, name string) string {
	t.Helper()
	made, err := site.Store.Create("stream", map[string]any{"name": name}, "x")
	if err != nil {
		t.Fatal(err)
	}
	return made["id"].(string)
}

// A directory pulled from one site is planned for and applied to another one, where streams and rules have other
// ids.
func TestTwoSites(t *testing.T) {
	dev, prod := faketest.Start(t, "config-sheet", fake.Options{}), faketest.Start(t, "config-sheet", fake.Options{})
	stream(t, prod, "Only in prod")
	inDev, inProd := stream(t, dev, "Finance"), stream(t, prod, "Finance")
	if inDev == inProd {
		t.Fatal("the streams have one id")
	}
	ofDev, ofProd := dev.Named(t, "dev", "    variables: {group: Finance-dev}\n"), prod.Named(t, "prod", "    variables: {group: Finance}\n")
	s := two{t, filepath.Join(t.TempDir(), "repo")}
	pulled := func(o pull.Options) {
		t.Helper()
		if _, err := pull.Into(t.Context(), ofDev, s.repo, o); err != nil {
			t.Fatal(err)
		}
	}
	pulled(pull.Options{})
	const name = "rules/security/finance-reads.qrule"
	s.write(name, "---\nname: Finance reads\nfilter: \"Stream_${stream:Finance}\"\nactions: [read]\n---\nuser.group = \"${group}\"\n")
	p := s.plan(ofDev, plan.Options{})
	s.expect(p, 1, 0, 0)
	if f := p.Changes[0].After; f.ResourceFilter != "Stream_"+inDev || !strings.Contains(f.Rule, `"Finance-dev"`) {
		t.Errorf("planned for dev: %+v", f)
	}
	s.apply(ofDev, p)
	if text := s.file(name); !strings.Contains(text, "${stream:Finance}") || !strings.Contains(text, "\nid: ") {
		t.Errorf("apply leaves\n%s", text)
	}
	s.expect(s.plan(ofDev, plan.Options{}), 0, 0, 0)
	pulled(pull.Options{})
	if text := s.file(name); !strings.Contains(text, "${stream:Finance}") || !strings.Contains(text, "${group}") {
		t.Errorf("pull leaves\n%s", text)
	}

	// The other site: its own ids, and its own lock file.
	before := s.file(name)
	p = s.plan(ofProd, plan.Options{})
	s.expect(p, 1, 0, 0)
	if f := p.Changes[0].After; p.Changes[0].Op != plan.Create || f.ResourceFilter != "Stream_"+inProd || !strings.Contains(f.Rule, `"Finance"`) {
		t.Errorf("planned for prod: %+v", f)
	}
	s.apply(ofProd, p)
	if s.file(name) != before {
		t.Errorf("the file has changed:\n%s", s.file(name))
	}
	s.expect(s.plan(ofProd, plan.Options{}), 0, 0, 0)
	s.expect(s.plan(ofDev, plan.Options{}), 0, 0, 0)
	if _, found := ruleset.Read(s.repo); found.HasErrors() {
		t.Errorf("the lock files are read as rules: %v", found)
	}
	s.edit(name, "actions: [read]", "actions: [read, publish]")
	p = s.plan(ofProd, plan.Options{})
	s.expect(p, 1, 0, 0)
	if p.Changes[0].Op != plan.Update {
		t.Errorf("planned for prod: %+v", p.Changes[0])
	}
	s.apply(ofProd, p)
	s.apply(ofDev, s.plan(ofDev, plan.Options{}))

	// Files for one site only; pull keeps them.
	const own = "rules/@prod/security/only.qrule"
	s.write(own, "---\nname: Only in prod\nfilter: \"Stream_${stream:Only in prod}\"\nactions: [read]\n---\ntrue\n")
	s.expect(s.plan(ofDev, plan.Options{}), 0, 0, 0)
	s.expect(s.plan(ofProd, plan.Options{}), 1, 0, 0)
	s.apply(ofProd, s.plan(ofProd, plan.Options{}))
	pulled(pull.Options{})
	if text := s.file(own); !strings.Contains(text, "${stream:Only in prod}") {
		t.Errorf("pull leaves\n%s", text)
	}
	s.expect(s.plan(ofProd, plan.Options{}), 0, 0, 0)

	// A header names the sites that a file is for; apply and pull keep it.
	const some, here = "rules/security/some.qrule", "rules/security/here.qrule"
	s.write(some, "---\nname: Some\nfilter: Stream_*\nactions: [read]\nonly: [prod, test]\n---\nfalse\n")
	s.write(here, "---\nname: Here\nfilter: Stream_*\nactions: [read]\nonly: dev\n---\nfalse\n")
	for i, client := range []*qrs.Client{ofDev, ofProd} {
		p = s.plan(client, plan.Options{})
		s.expect(p, 1, 0, 0)
		if got := p.Changes[0].After.Name; got != []string{"Here", "Some"}[i] {
			t.Errorf("planned: %s", got)
		}
		s.apply(client, p)
	}
	pulled(pull.Options{})
	if !strings.Contains(s.file(some), "\nonly: [prod, test]\n") || !strings.Contains(s.file(here), "\nonly: [dev]\n") || !strings.Contains(s.file(here), "\nid: ") {
		t.Errorf("left\n%s\n%s", s.file(some), s.file(here))
	}
	for _, client := range []*qrs.Client{ofDev, ofProd} {
		s.expect(s.plan(client, plan.Options{}), 0, 0, 0)
	}

	// Deleting a file deletes the rule in the lock of the site; an unknown name is an error.
	if err := os.Remove(filepath.Join(s.repo, filepath.FromSlash(own))); err != nil {
		t.Fatal(err)
	}
	p = s.plan(ofProd, plan.Options{Prune: true})
	s.expect(p, 1, 0, 0)
	if p.Changes[0].Op != plan.Delete || p.Changes[0].Name != "Only in prod" {
		t.Errorf("planned for prod: %+v", p.Changes[0])
	}
	s.edit(name, "stream:Finance", "stream:Only in prod")
	var wrong *sitenames.Error
	if _, err := plan.Build(t.Context(), ofDev, s.repo, plan.Options{NoEffect: true}); !errors.As(err, &wrong) || !strings.Contains(err.Error(), `finance-reads.qrule:4:16: the site has no entity of the type Stream`) {
		t.Errorf("a stream that dev does not have: %v", err)
	}
}

// An existing rule with the same name is a conflict until it is adopted.
func TestAdoption(t *testing.T) {
	dev, prod := faketest.Start(t, "config-sheet", fake.Options{}), faketest.Start(t, "config-sheet", fake.Options{})
	for i, site := range []*faketest.Site{dev, prod} {
		if _, err := site.Store.Create("systemrule", map[string]any{"name": "Readers", "rule": []string{"true", "!user.IsAnonymous()"}[i], "resourceFilter": "Stream_*", "actions": 2, "type": "Custom", "category": "Security"}, "x"); err != nil {
			t.Fatal(err)
		}
	}
	s := two{t, filepath.Join(t.TempDir(), "repo")}
	if _, err := pull.Into(t.Context(), dev.Named(t, "dev", ""), s.repo, pull.Options{}); err != nil {
		t.Fatal(err)
	}
	client := prod.Named(t, "prod", "")
	p := s.plan(client, plan.Options{})
	s.expect(p, 0, 0, 1)
	if !strings.Contains(p.Conflicts[0].Why, "--adopt") {
		t.Errorf("the conflict: %s", p.Conflicts[0].Why)
	}
	p = s.plan(client, plan.Options{Adopt: true})
	s.expect(p, 1, 0, 0)
	s.apply(client, p)
	s.expect(s.plan(client, plan.Options{}), 0, 0, 0)
	s.edit("rules/security/readers.qrule", "actions: [read]", "actions: [read, publish]")
	s.expect(s.plan(client, plan.Options{}), 1, 0, 0) // the lock knows it now
}
