package engine

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/profiler"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// The estimated costs of rules are compared with the numbers of expressions that OPA's profiler counts
// in their bodies, over denials in the rules' context on generated sites with rules of every kind: the
// two are correlated, and neither is a multiple of the other.
func TestEstimatedCostIsTheMeasuredOne(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons, one after the other")
	}
	var estimated, measured []float64
	for seed := range uint64(3) {
		c := sitegen.Generate(seed, sitegen.Size{Users: 8, Streams: 4, Apps: 7, Objects: 9, Others: 3, Rules: 60, Requests: 100})
		rules, _ := ruleset.Decode("rules.json", c.Rules)
		policy, _ := compiler.Compile(rules, compiler.Options{})
		b := generatedBundle(t, c)
		counts := profiled(t, b, everyRequest(b, "app", "stream", "app.object", "reloadtask"))
		for _, cost := range policy.Costs() {
			n := counts[fmt.Sprintf("%s of %s", cost.ID, strings.ToLower(cost.Type))]
			if len(cost.FoundBy) > 0 || n == nil || n.decisions < 10 {
				continue
			}
			estimated = append(estimated, cost.Steps)
			measured = append(measured, float64(n.evaluated)/float64(n.decisions))
		}
	}
	if len(estimated) < 20 {
		t.Fatalf("%d rules were met often enough", len(estimated))
	}
	order := correlation(ranks(estimated), ranks(measured))
	ratio := sum(estimated) / sum(measured)
	t.Logf("%d rules: correlation of ranks %.2f, estimated/measured %.2f", len(estimated), order, ratio)
	if order < 0.6 || ratio < 0.5 || ratio > 2 {
		t.Errorf("the estimates do not tell what is measured: correlation of ranks %.2f (0.6 asked), ratio of sums %.2f (0.5 to 2 asked)", order, ratio)
	}
}

// generatedBundle compiles a generated site.
func generatedBundle(t *testing.T, c sitegen.Case) *bundles.Bundle {
	t.Helper()
	dir := t.TempDir()
	if err := c.Write(dir); err != nil {
		t.Fatal(err)
	}
	rules, list := ruleset.Read(filepath.Join(dir, "rules.json"))
	s := schema.Default()
	policy, found := compiler.Compile(rules, compiler.Options{Schema: s})
	site, more := snapshot.Open(filepath.Join(dir, "snapshot"), s)
	if list.HasErrors() || found.HasErrors() || more.HasErrors() {
		t.Fatal(list, found, more)
	}
	path := filepath.Join(dir, "bundle.tar.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = bundles.Build(t.Context(), f, policy, func(ctx context.Context, w io.Writer) error {
		_, err := site.Project(ctx, policy.View, w, nil)
		return err
	}, bundles.BuildOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := bundles.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// everyRequest returns the requests of every user for every action on every entity of the types,
// alternately from the hub and the QMC.
func everyRequest(b *bundles.Bundle, types ...string) [][]byte {
	var requests [][]byte
	for _, user := range b.Data.Keys("site", "subjects") {
		for _, typ := range types {
			for _, id := range b.Data.Keys("site", "entities", typ) {
				for _, action := range ruleset.AllActions {
					requests = append(requests, fmt.Appendf(nil, `{"subject": {"type": "user", "id": %q}, "action": {"name": %q}, "resource": {"type": %q, "id": %q},
						"context": {"request_context": %q}}`, user, action.Name(), typ, id, []string{"hub", "qmc"}[len(requests)%2]))
				}
			}
		}
	}
	return requests
}

// count is the number of expressions evaluated for a rule, and of decisions that the rule could have
// granted.
type count struct{ evaluated, decisions int }

// profiled decides requests and returns counts by "<rule id> of <type>".
func profiled(t *testing.T, b *bundles.Bundle, requests [][]byte) map[string]*count {
	t.Helper()
	policy, err := Compile(b)
	if err != nil {
		t.Fatal(err)
	}
	owners := ownersOfLines(t, b)
	query, err := rego.New(rego.Query("data.qlik.authz.allow"), rego.Compiler(policy.compiler), rego.Store(&store{data: &b.Data})).PrepareForEval(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	admits, err := policy.Query(t.Context(), "[x | x := data.qlik.request.admitted]")
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]*count{}
	for _, request := range requests {
		input, err := ParseRequest(request)
		if err != nil {
			continue
		}
		p := profiler.New()
		results, err := query.Eval(t.Context(), rego.EvalParsedInput(input), rego.EvalQueryTracer(p))
		if err != nil {
			t.Fatal(err)
		}
		admitted, err := admits.Ask(t.Context(), input)
		if err != nil {
			t.Fatal(err)
		}
		parts, ok := admitted.([]any)[0].([]any) // false if it is not valid
		if !ok || results.Allowed() {
			continue
		}
		origin, _ := text(input.(ast.Object).Get(contextKey).Value.(ast.Object), originKey)
		typ, action := parts[0].(string), parts[1].(string)
		for owner, rule := range owners.rules {
			if owner.typ == typ && slices.Contains(rule.actions, action) && (rule.context == "both" || rule.context == origin) {
				key := fmt.Sprintf("%s of %s", owner.id, owner.typ)
				if counts[key] == nil {
					counts[key] = &count{}
				}
				counts[key].decisions++
			}
		}
		for _, s := range p.ReportTopNResults(10_000, nil) {
			if owner, ok := owners.lines[fmt.Sprintf("%s:%d", s.Location.File, s.Location.Row)]; ok && owner.typ == typ {
				context := owners.rules[owner].context
				if n := counts[fmt.Sprintf("%s of %s", owner.id, owner.typ)]; n != nil && (context == "both" || context == origin) {
					n.evaluated += s.NumEval
				}
			}
		}
	}
	return counts
}

// owner is a rule in the module of a type.
type owner struct{ id, typ string }

type ownership struct {
	lines map[string]owner // by "<file>:<row>"
	rules map[owner]metadata
}

// metadata describes, from the METADATA of a rule, the requests that match it.
type metadata struct {
	actions []string
	context string
}

// ownersOfLines returns the rules to which the lines of generated modules belong, using the METADATA
// above the rules. Helpers are below the rule that uses them.
func ownersOfLines(t *testing.T, b *bundles.Bundle) ownership {
	t.Helper()
	own := ownership{map[string]owner{}, map[owner]metadata{}}
	for _, m := range b.Modules {
		module, err := ast.ParseModuleWithOpts(m.Path, string(m.Source), ast.ParserOptions{ProcessAnnotation: true})
		if err != nil {
			t.Fatal(err)
		}
		pkg := module.Package.Path
		if len(pkg) != 4 || !pkg[2].Equal(ast.StringTerm("types")) {
			continue
		}
		typ := strings.ReplaceAll(string(pkg[3].Value.(ast.String)), "_", ".")
		rows := strings.Count(string(m.Source), "\n") + 1
		var now *owner
		starts := map[int]*owner{}
		for _, r := range module.Rules {
			name := string(r.Head.Name)
			switch {
			case len(r.Annotations) > 0:
				id, _ := r.Annotations[0].Labels["qlik_rule"].(string)
				now = &owner{id, typ}
				own.rules[*now] = metadataOf(r.Annotations[0])
			case !strings.HasPrefix(name, "rule_"):
				now = nil
			}
			starts[r.Location.Row] = now
		}
		var at *owner
		for row := 1; row <= rows; row++ {
			if o, ok := starts[row]; ok {
				at = o
			}
			if at != nil {
				own.lines[fmt.Sprintf("%s:%d", m.Path, row)] = *at
			}
		}
	}
	return own
}

func metadataOf(a *ast.Annotations) metadata {
	var m metadata
	list, _ := a.Custom["qlik"].([]any)
	for _, e := range list {
		rule, _ := e.(map[string]any)
		m.context = fmt.Sprint(rule["context"])
		actions, _ := rule["actions"].([]any)
		for _, name := range actions {
			m.actions = append(m.actions, fmt.Sprint(name))
		}
	}
	return m
}

func sum(list []float64) float64 {
	total := 0.0
	for _, v := range list {
		total += v
	}
	return total
}

// ranks returns the ranks of values; equal values share one.
func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	places := make([]float64, len(values))
	for from := 0; from < len(order); {
		to := from
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			places[i] = float64(from+to-1) / 2
		}
		from = to
	}
	return places
}

// correlation returns Pearson's correlation coefficient.
func correlation(a, b []float64) float64 {
	n := float64(len(a))
	meanA, meanB := sum(a)/n, sum(b)/n
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - meanA) * (b[i] - meanB)
		aa += (a[i] - meanA) * (a[i] - meanA)
		bb += (b[i] - meanB) * (b[i] - meanB)
	}
	return ab / math.Sqrt(aa*bb)
}
