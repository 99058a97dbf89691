package compiled

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/test/cases"

	"github.com/qlik2rego/qlik2rego/bundles"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // its tests are faster with more
)

// policy is a policy with data, for OPA and for the compiler of this package.
type policy struct {
	compiler *ast.Compiler
	store    storage.Store
	data     *bundles.Document
	program  *Program
	// lenient allows the program to fail if OPA does not. OPA's index may skip the rule that causes the
	// error; callers then use OPA's result.
	lenient bool
}

func newPolicy(modules []string, data map[string]any) (*policy, error) {
	parsed := map[string]*ast.Module{}
	for i, source := range modules {
		m, err := ast.ParseModuleWithOpts(fmt.Sprintf("m%d.rego", i), source, ast.ParserOptions{RegoVersion: ast.RegoV1})
		if err != nil {
			return nil, err
		}
		parsed[fmt.Sprintf("m%d.rego", i)] = m
	}
	p := &policy{compiler: ast.NewCompiler(), data: &bundles.Document{}}
	if p.compiler.Compile(parsed); p.compiler.Failed() {
		return nil, p.compiler.Errors
	}
	text, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	if data == nil {
		text = []byte("{}")
	}
	if err := p.data.PutJSON(strings.NewReader(string(text))); err != nil {
		return nil, err
	}
	p.store = inmem.NewFromReader(strings.NewReader(string(text)))
	p.program = New(p.compiler, "a", "b", "x", "subject", "context")
	return p, nil
}

// opa evaluates a query of one term and returns its values as JSON.
func (p *policy) opa(ctx context.Context, query string, input ast.Value) ([]string, error) {
	results, err := rego.New(rego.Query(query), rego.Compiler(p.compiler), rego.Store(p.store), rego.ParsedInput(input)).Eval(ctx)
	var list []string
	for _, r := range results {
		text, err := json.Marshal(r.Expressions[0].Value)
		if err != nil {
			return nil, err
		}
		list = append(list, string(text))
	}
	return list, err
}

// compiled is like opa, with the program.
func (p *policy) compiled(ctx context.Context, query string, input ast.Value) ([]string, error) {
	q, err := p.program.Query(query)
	if err != nil {
		return nil, err
	}
	plain, err := q.Eval(ctx, p.data, input)
	if errors.Is(err, ErrResults) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(plain)
	return []string{string(text)}, err
}

// agree fails the test unless both give the same result. It returns the refusal if the query was not
// compiled.
func (p *policy) agree(t *testing.T, query string, input ast.Value) *Refusal {
	t.Helper()
	got, err := p.compiled(t.Context(), query, input)
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	want, wantErr := p.opa(t.Context(), query, input)
	switch {
	case p.lenient && err != nil && wantErr == nil:
	case (err == nil) != (wantErr == nil):
		t.Errorf("%s: error %v, OPA says %v", query, err, wantErr)
	case err == nil && !slices.Equal(got, want):
		t.Errorf("%s: %v, OPA says %v", query, got, want)
	}
	return nil
}

func opaFolder(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/open-policy-agent/opa").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// wrapped returns a query as one term: the list of the values of its variables.
func wrapped(text string) (string, error) {
	body, err := ast.ParseBodyWithOpts(text, ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err != nil {
		return "", err
	}
	var vars []string
	seen := ast.NewVarVisitor().WithParams(ast.VarVisitorParams{SkipRefHead: true, SkipRefCallHead: true, SkipClosures: true})
	seen.Walk(body)
	for v := range seen.Vars() {
		if !v.IsWildcard() && !v.IsGenerated() {
			vars = append(vars, string(v))
		}
	}
	slices.Sort(vars)
	return "[[" + strings.Join(vars, ", ") + "] | " + text + "]", nil
}

// OPA's own test suite: compiled queries give OPA's result, and queries outside the fragment are
// refused. The numbers are fixed, so that no case is lost unnoticed.
func TestComplianceSuite(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the suite takes ten seconds")
	}
	set := cases.MustLoad(filepath.Join(opaFolder(t), "v1/test/cases/testdata/v1")).Sorted()
	counts := map[string]*[3]int{} // compiled, refused, not for this test
	reasons := map[string]int{}
	for _, c := range set.Cases {
		category := filepath.Base(filepath.Dir(c.Filename))
		count := counts[category]
		if count == nil {
			count = &[3]int{}
			counts[category] = count
		}
		refusal, ok := runCase(t, c)
		switch {
		case !ok:
			count[2]++
		case refusal != nil:
			count[1]++
			reasons[refusal.Reason]++
		default:
			count[0]++
		}
	}
	var lines []string
	for category, n := range counts {
		lines = append(lines, fmt.Sprintf("%s %d %d %d\n", category, n[0], n[1], n[2]))
	}
	slices.Sort(lines)
	if os.Getenv("SHOW_REASONS") != "" {
		for reason, n := range reasons {
			t.Logf("%4d %s", n, reason)
		}
	}
	golden(t, "testdata/suite.txt", strings.Join(lines, ""))
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (UPDATE=1 rewrites it):\n%s", path, got)
	}
}

// runCase returns false for a case that is not about evaluation, such as one whose
// modules do not compile.
func runCase(t *testing.T, c cases.TestCase) (refusal *Refusal, ok bool) {
	t.Helper()
	data := map[string]any{}
	if c.Data != nil {
		data = *c.Data
	}
	p, err := newPolicy(c.Modules, data)
	if err != nil {
		return nil, false
	}
	query, err := wrapped(c.Query)
	if err != nil {
		return nil, false
	}
	var input ast.Value
	switch {
	case c.InputTerm != nil:
		term, err := ast.ParseTerm(*c.InputTerm)
		if err != nil {
			return nil, false
		}
		input = term.Value
	case c.Input != nil:
		if input, err = ast.InterfaceToValue(*c.Input); err != nil {
			return nil, false
		}
	}
	t.Run(c.Note, func(t *testing.T) { refusal = p.agree(t, query, input) })
	return refusal, true
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
