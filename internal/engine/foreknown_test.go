package engine

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// generatedBundle compiles a made-up site.
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

// What is known beforehand is what the library's rules come to, for requests of
// every kind; and of most plain requests something is known.
func TestForeknownIsWhatTheLibrarySays(t *testing.T) {
	admitted, facts := 0, 0
	for seed := range uint64(5) {
		c := sitegen.Generate(seed, sitegen.Small)
		b := generatedBundle(t, c)
		modules, err := parse(b.Modules)
		if err != nil {
			t.Fatal(err)
		}
		compiled := ast.NewCompiler()
		if compiled.Compile(modules); compiled.Failed() {
			t.Fatal(compiled.Errors)
		}
		known := newForeknown(b.Modules, compiled.Modules)
		if known == nil {
			t.Fatal("the library of the bundle is not recognised")
		}
		// asked evaluates without anything known beforehand.
		asked := func(question string, input ast.Value) []any {
			results, err := rego.New(rego.Query("x := "+question), rego.Compiler(compiled), rego.Store(&store{data: &b.Data}), rego.ParsedInput(input)).Eval(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var values []any
			for _, r := range results {
				values = append(values, r.Bindings["x"])
			}
			return values
		}
		hold := func(what string, value *ast.Term, input ast.Value) {
			t.Helper()
			values := []any{}
			if value != nil {
				plain, err := ast.JSON(value.Value)
				if err != nil {
					t.Fatal(err)
				}
				values = append(values, plain)
			}
			if got, want := fmt.Sprint(values), fmt.Sprint(asked(what, input)); got != want {
				t.Errorf("seed %d: %s of %v is %s beforehand, and %s by the library", seed, what, input, got, want)
			}
		}
		users := b.Data.Keys("site", "entities", "user")
		for i, line := range c.Requests {
			input, err := ParseRequest(line)
			if err != nil {
				continue
			}
			if object, ok := input.(ast.Object); ok && i%4 == 0 { // as actions are asked for
				input = withoutAction(object)
			}
			m := newMemory(known, &b.Data, input)
			for _, f := range known.facts {
				if value, undefined := m.Get(f.name); value != nil || undefined {
					facts++
					hold(f.name.String(), value, input)
				}
			}
			for _, name := range m.Keys() {
				value, _ := m.Get(name)
				hold(name.String(), value, input)
				if name.Equal(admittedRule) {
					admitted++
				}
			}
			for _, handle := range append([]string{"", "\x1fsubject\x1f" + users[0]}, users[:2]...) {
				call := ast.Ref{ast.NewTerm(isUserFunction), ast.StringTerm(handle)}
				if value, _ := m.Get(call); value != nil {
					hold(fmt.Sprintf("data.qlik.request.is_user(%s)", call[1]), value, input)
				}
			}
		}
		for _, typ := range []string{"app", "stream", "user", "app.object"} {
			for _, id := range b.Data.Keys("site", "entities", typ) {
				value, _ := newMemory(known, &b.Data, ast.Null{}).Get(ast.Ref{ast.NewTerm(entityFunction), ast.StringTerm(typ), ast.StringTerm(id)})
				if value == nil {
					t.Fatalf("nothing is known of %s %s", typ, id)
				}
				hold(fmt.Sprintf("data.qlik.site.entity(%q, %q)", typ, id), value, ast.Null{})
			}
		}
		for _, handle := range []string{"", "a", "\x1f", "\x1frequest\x1fa", users[0]} {
			call := ast.Ref{ast.NewTerm(idFunction), ast.StringTerm(handle)}
			if value, _ := newMemory(known, &b.Data, ast.Null{}).Get(call); value != nil {
				hold(fmt.Sprintf("data.qlik.site.id(%s)", call[1]), value, ast.Null{})
			}
		}
		for _, c := range known.constants {
			hold(c.name.String(), c.value, ast.Null{})
		}
	}
	if admitted < 200 || facts < 6*200 {
		t.Errorf("%d of 1000 requests were admitted beforehand, and %d facts known of them", admitted, facts)
	}
}

func withoutAction(input ast.Object) ast.Object {
	rest := ast.NewObject()
	input.Foreach(func(key, value *ast.Term) {
		if !key.Equal(actionKey) {
			rest.Insert(key, value)
		}
	})
	return rest
}

// Of a policy with another library nothing is known: it may mean something else.
func TestAnotherLibraryIsNotForeknown(t *testing.T) {
	b := generatedBundle(t, sitegen.Generate(1, sitegen.Small))
	if newForeknown(b.Modules, nil) == nil {
		t.Fatal("the library of the bundle is not recognised")
	}
	for i, m := range b.Modules {
		if strings.HasSuffix(m.Path, "qlik/request.rego") {
			b.Modules[i].Source = append([]byte("# of another version\n"), m.Source...)
		}
	}
	if newForeknown(b.Modules, nil) != nil {
		t.Error("a library with another text is taken for this version's")
	}
}
