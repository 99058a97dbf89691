package sitegen

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

func TestNineOfTenConditionsAreEverTrueAndEverFalse(t *testing.T) {
	exact.Skip(t)
	var sum Coverage
	for seed := range uint64(20) {
		c := Generate(seed, Small).Coverage
		t.Logf("seed %d: %+v", seed, c)
		sum.Rules, sum.Both = sum.Rules+c.Rules, sum.Both+c.Both
		if c.Both*10 < c.Rules*9 {
			t.Errorf("seed %d: %+v", seed, c)
		}
	}
	t.Logf("all seeds: %d of %d", sum.Both, sum.Rules)
}

func TestTheSameSeedGivesTheSameCase(t *testing.T) {
	a, b := Generate(7, Small), Generate(7, Small)
	if !bytes.Equal(a.Rules, b.Rules) || !bytes.Equal(bytes.Join(a.Requests, []byte("\n")), bytes.Join(b.Requests, []byte("\n"))) {
		t.Error("rules or requests differ")
	}
	for name, content := range a.Files {
		if !bytes.Equal(content, b.Files[name]) {
			t.Errorf("%s differs", name)
		}
	}
	if len(a.Files) != len(b.Files) || a.Coverage != b.Coverage {
		t.Error("the cases differ")
	}
}

// The site in memory, for which rules are written, is the same as the one in the files: the independent
// evaluator makes the same decisions on both.
func TestTheFilesHoldTheSiteThatWasMeant(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, many sites")
	}
	for seed := range uint64(12) {
		r := newRand(seed)
		w := newWorld(r, ownHints(r), Small)
		c := Generate(seed, Small)
		dir := t.TempDir()
		if err := c.Write(dir); err != nil {
			t.Fatal(err)
		}
		meant, read := decisions(t, c, w.site()), decisions(t, c, load(t, dir))
		for i := range meant {
			if meant[i] != read[i] {
				t.Fatalf("seed %d, request %s:\nmeant %s\nread  %s", seed, c.Requests[i], meant[i], read[i])
			}
		}
	}
}

func load(t *testing.T, dir string) *snapshot.Site {
	t.Helper()
	s, list := snapshot.Open(filepath.Join(dir, "snapshot"), schema.Default())
	if list.HasErrors() {
		t.Fatal(list)
	}
	site, list := s.Load(nil)
	if list.HasErrors() {
		t.Fatal(list)
	}
	return site
}

func decisions(t *testing.T, c Case, site *snapshot.Site) []string {
	t.Helper()
	rules, list := ruleset.Decode("rules.json", c.Rules)
	if list.HasErrors() {
		t.Fatal(list)
	}
	e, list := evaluate.New(rules, site, evaluate.Options{})
	if list.HasErrors() {
		t.Fatal(list)
	}
	var told []string
	for _, request := range c.Requests {
		told = append(told, fmt.Sprintf("%+v", e.Decide(request)))
	}
	return told
}
