package engine

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/qlik2rego/qlik2rego/bundles"
)

// notOurs excludes files in a directory that are neither Rego nor named like data in OPA bundles, so that rules and
// snapshots may be in the same directory as their tests.
func notOurs(_ string, info os.FileInfo, depth int) bool {
	if depth == 0 || info.IsDir() {
		return false
	}
	switch info.Name() {
	case "data.json", "data.yaml", "data.yml":
		return false
	}
	return filepath.Ext(info.Name()) != ".rego"
}

// maxTestTime bounds one Rego test: the five seconds that OPA gives it can pass on a busy
// machine.
const maxTestTime = 5 * time.Minute

// Test runs the Rego tests of files and folders over the policy and data of a
// bundle, to which data files among them are added. A filter, where it is not
// nil, chooses tests by their path. Results are ordered by place. The error is
// about what was given: Rego that does not compile, files that cannot be read.
func Test(ctx context.Context, b *bundles.Bundle, paths []string, filter *regexp.Regexp) ([]*tester.Result, error) {
	modules, err := parse(b.Modules)
	if err != nil {
		return nil, err
	}
	loaded, err := loader.NewFileLoader().WithRegoVersion(ast.RegoV1).WithProcessAnnotation(true).Filtered(paths, notOurs)
	if err != nil {
		return nil, err
	}
	for name, m := range loaded.ParsedModules() {
		modules["test:"+name] = m
	}
	for _, root := range slices.Sorted(maps.Keys(loaded.Documents)) {
		if err := b.Data.Put(loaded.Documents[root], root); err != nil {
			return nil, fmt.Errorf("data of the tests: %w", err)
		}
	}
	data := &store{data: &b.Data}
	compiler := ast.NewCompiler().WithCapabilities(capabilities()).WithEnablePrintStatements(true)
	runner := tester.NewRunner().SetTimeout(maxTestTime).SetCompiler(compiler).SetStore(data).SetModules(modules).CapturePrintOutput(true)
	if filter != nil {
		runner = runner.Filter(filter.String())
	}
	txn, err := data.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer data.Abort(ctx, txn)
	found, err := runner.RunTests(ctx, txn)
	if err != nil {
		return nil, err
	}
	var results []*tester.Result
	for r := range found {
		results = append(results, r)
	}
	slices.SortFunc(results, func(x, y *tester.Result) int {
		return cmp.Or(cmp.Compare(x.Location.File, y.Location.File), cmp.Compare(x.Location.Row, y.Location.Row), cmp.Compare(x.Name, y.Name))
	})
	return results, ctx.Err()
}
