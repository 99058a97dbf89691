package matrix_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/test/testsite"
)

// The matrices of the scenarios and their variants are compared cell by cell, for hub and QMC. The rules of the real
// export are in the corpus.
func TestScenarios(t *testing.T) {
	root := filepath.Join("..", "..", "..", "testdata", "scenarios")
	found, err := filepath.Glob(filepath.Join(root, "*", "rules.json"))
	if err != nil || len(found) == 0 {
		t.Fatal("no scenarios", err)
	}
	if testing.Short() {
		found = found[:1]
	}
	for _, rules := range found {
		scenario(t, filepath.Base(filepath.Dir(rules)), rules, filepath.Join(filepath.Dir(rules), "site"))
	}
	exact.Skip(t)
	variants, err := filepath.Glob(filepath.Join(root, "*", "*", "rules.json"))
	if err != nil || len(variants) == 0 {
		t.Fatal("no variants", err)
	}
	for _, rules := range variants {
		variant := filepath.Dir(rules)
		scenario(t, filepath.Base(variant), rules, filepath.Join(filepath.Dir(variant), "site"))
	}
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS names no folder with site-export/systemrule.json: the real export is left out")
	}
	scenario(t, "real export", filepath.Join(corpus, "site-export", "systemrule.json"), filepath.Join(root, "real-site", "site"))
}

func scenario(t *testing.T, name, rules, site string) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		c := sitegen.Case{Files: map[string][]byte{}}
		read := func(name string) []byte {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		c.Rules = read(rules)
		files, err := filepath.Glob(filepath.Join(site, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatal("no site", err)
		}
		for _, file := range files {
			c.Files[filepath.Base(file)] = read(file)
		}
		o := testsite.Open(t, c)
		for _, from := range []string{"hub", "qmc"} {
			m := compute(t, o, partition.Question{Types: o.Types(), Actions: testsite.EveryAction(), Session: partition.Session{Context: from}})
			cells, granted := compare(t, o, m, from)
			t.Logf("%s: %d cells, %d granted; %d decisions of the policy", from, cells, granted, m.Asked)
		}
	})
}
