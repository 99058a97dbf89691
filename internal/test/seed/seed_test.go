package seed

import (
	"os"
	"testing"

	"pgregory.net/rapid"

	"github.com/qlik2rego/qlik2rego/internal/test/source"
)

const (
	itself = "github.com/qlik2rego/qlik2rego/internal/test/seed"
	drawn  = "pgregory.net/rapid"
)

// Every test package with properties draws the same examples in every run.
func TestEveryPackageHasASeed(t *testing.T) {
	properties, seeded := map[string]string{}, map[string]bool{}
	for _, f := range source.Go(t, source.Tests) {
		for _, name := range f.Imports() {
			switch name {
			case drawn:
				properties[f.Dir()] = f.Path
			case itself:
				seeded[f.Dir()] = true
			}
		}
	}
	if len(properties) < 2 {
		t.Fatal(properties)
	}
	for dir, name := range properties {
		if !seeded[dir] && dir != "internal/test/seed" {
			t.Errorf("%s draws other examples in each run: import _ %q in it", name, itself)
		}
	}
}

// The same property draws the same examples twice.
func TestTheSameExamples(t *testing.T) {
	if os.Getenv("RAPID_SEED") == "0" {
		t.Skip("RAPID_SEED is 0: examples are new")
	}
	draw := func() (all []int) {
		rapid.Check(t, func(r *rapid.T) { all = append(all, rapid.Int().Draw(r, "n")) })
		return all
	}
	first, second := draw(), draw()
	for i := range first {
		if first[i] != second[i] {
			t.Fatalf("example %d is %d and then %d", i, first[i], second[i])
		}
	}
}
