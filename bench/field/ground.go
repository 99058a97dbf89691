package field

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/qlik2rego/qlik2rego/bench/model"
	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen/mix"
)

// Ground describes a rule set and a site.
type Ground struct {
	// Rules is the number of rules, and Resisting the number of those that are of a Kind.
	Rules     int
	Kind      mix.Kind
	Resisting int
	Apps      int
	// Departments is the number of departments of users and rules, 0 for one for every tenth rule.
	Departments int
	// Export is the file of a real rule set, "" for a generated one.
	Export string
}

// String returns the name of the ground in tables.
func (g Ground) String() string {
	switch {
	case g.Export != "":
		return fmt.Sprintf("%d real", g.Rules)
	case g.Kind != "":
		return fmt.Sprintf("%d, %d %s", g.Rules, g.Resisting, g.Kind)
	default:
		return fmt.Sprint(g.Rules)
	}
}

// Built is a ground with requests of known outcome.
type Built struct {
	Ground Ground
	Case   *model.Case
	// Cells contains the indexes of the case's requests by cell.
	Cells map[Cell][]int
	// reference decides single requests, slowly; nil for sites that are too large.
	reference *evaluate.Evaluator
}

// referenceApps is the maximum number of apps of a site that is loaded into memory for the independent
// evaluator.
const referenceApps = 1000

// Build generates, compiles and loads a ground.
func Build(ctx context.Context, g Ground, cells []Cell, each int) (*Built, error) {
	dir, err := os.MkdirTemp("", "qlik2rego-bench-*")
	if err != nil {
		return nil, err
	}
	built, err := build(ctx, dir, g, cells, each)
	if err != nil {
		err = fmt.Errorf("%s rules, %d apps: %w", g, g.Apps, err)
	}
	return built, errors.Join(err, os.RemoveAll(dir))
}

func build(ctx context.Context, dir string, g Ground, cells []Cell, each int) (*Built, error) {
	world := mix.New(mix.Size{Rules: g.Rules, Users: max(2000, g.Apps/10), Apps: g.Apps, Objects: 10 * g.Apps, Tasks: g.Apps / 2, Departments: g.Departments})
	if err := world.Write(dir); err != nil {
		return nil, err
	}
	export := g.Export
	if export == "" {
		export = filepath.Join(dir, "rules.txt") // not .json, which would be a collection of the site
		made := append(world.Resisting(g.Kind, g.Resisting), world.Rules(g.Rules-g.Resisting)...)
		// The order of rules in a repository is arbitrary. The rules about everybody are put in the middle:
		// a contender that stops at the first rule that grants then reaches them in the average position.
		general := made[g.Resisting : g.Resisting+mix.General]
		special := slices.Concat(made[:g.Resisting], made[g.Resisting+mix.General:])
		made = slices.Concat(special[:len(special)/2], general, special[len(special)/2:])
		if err := mix.WriteRules(export, made); err != nil {
			return nil, err
		}
	}
	rules, found := ruleset.Read(export)
	if found.HasErrors() {
		return nil, findings(found)
	}
	policy, found := compiler.Compile(rules, compiler.Options{})
	if policy == nil {
		return nil, findings(found)
	}
	site, found := snapshot.Open(dir, nil)
	if found.HasErrors() {
		return nil, findings(found)
	}
	bundle, err := bundles.InMemory(ctx, policy, func(ctx context.Context, w io.Writer) error {
		found, err := site.Project(ctx, policy.View, w, nil)
		return errors.Join(err, findings(found))
	})
	if err != nil {
		return nil, err
	}
	program, err := model.Resolve(rules)
	if err != nil {
		return nil, err
	}
	b := &Built{Ground: g, Case: &model.Case{Bundle: bundle, Site: model.NewSite(bundle, policy.View), Program: program}}
	if g.Apps <= referenceApps {
		whole, found := site.Load(nil)
		if found.HasErrors() {
			return nil, findings(found)
		}
		b.reference, _ = evaluate.New(rules, whole, evaluate.Options{}) // Compile has reported errors in rules
	}
	return b, b.choose(ctx, world, cells, each)
}

// findings returns the errors in a list as one error, nil if there are none.
func findings(list diag.List) error {
	var errs []error
	for _, d := range list {
		if d.Severity == diag.Error {
			errs = append(errs, errors.New(d.Summary))
		}
	}
	return errors.Join(errs...)
}

// Empty compiles the rule set of the floor: a single rule without a condition.
func Empty() (*compiler.Policy, error) {
	dir, err := os.MkdirTemp("", "qlik2rego-bench-*")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "rules.json")
	if err := mix.WriteRules(path, mix.Empty()); err != nil {
		return nil, err
	}
	rules, found := ruleset.Read(path)
	policy, more := compiler.Compile(rules, compiler.Options{})
	return policy, errors.Join(findings(append(found, more...)), os.RemoveAll(dir))
}
