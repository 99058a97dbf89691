package compiler_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/policies"
)

// BenchmarkCompile measures the compilation of rule sets, and the time that OPA needs to parse,
// compile and prepare the result. rules=74 are those of a real site.
func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{74, 100, 1000, 5000, 20000} {
		b.Run(fmt.Sprintf("rules=%d", n), func(b *testing.B) {
			rules := benchRules(b, n)
			b.Run("compile", func(b *testing.B) {
				for b.Loop() {
					if policy, list := compiler.Compile(rules, compiler.Options{}); policy == nil {
						b.Fatal(rendered(b, list))
					}
				}
			})
			policy, _ := compiler.Compile(rules, compiler.Options{})
			size := 0
			for _, m := range policy.Modules {
				size += len(m.Source)
			}
			b.Run("prepare", func(b *testing.B) {
				for b.Loop() {
					prepare(b, policy)
				}
				b.ReportMetric(float64(size), "rego-bytes")
			})
		})
	}
}

func benchRules(b *testing.B, n int) []ruleset.Rule {
	if n != 74 {
		return mix(n)
	}
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		b.Skip("QLIK_CORPUS does not name the folder of the real rules")
	}
	rules, list := ruleset.Read(filepath.Join(corpus, "site-export", "systemrule.json"))
	if list.HasErrors() || len(rules) != n {
		b.Fatalf("%d rules, want %d: %s", len(rules), n, rendered(b, list))
	}
	return rules
}

// prepare does what a decision point does before its first decision.
func prepare(b *testing.B, policy *compiler.Policy) {
	modules := map[string]*ast.Module{}
	parse := func(path, source string) {
		m, err := ast.ParseModuleWithOpts(path, source, ast.ParserOptions{RegoVersion: ast.RegoV1})
		if err != nil {
			b.Fatal(err)
		}
		modules[path] = m
	}
	for _, m := range policy.Modules {
		parse(m.Path, m.Source)
	}
	for _, m := range policies.Modules() {
		parse(m.Path, m.Source)
	}
	c := ast.NewCompiler()
	if c.Compile(modules); c.Failed() {
		b.Fatal(c.Errors)
	}
	if _, err := rego.New(rego.Query("data.qlik.authz.decision"), rego.Compiler(c)).PrepareForEval(b.Context()); err != nil {
		b.Fatal(err)
	}
}
