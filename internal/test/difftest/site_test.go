package difftest

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/sitegen"
)

// options are the settings of a compilation.
type options struct {
	inequality resolve.ListInequality
	entityText resolve.EntityText
	session    resolve.SessionAttributes
	strict     bool
	// skip leaves out rules with errors. Without it, such a rule is a failure.
	skip bool
}

func (o options) String() string {
	return fmt.Sprintf("list-inequality=%s entity-text=%s session-attributes=%s strict=%t skip-invalid=%t", o.inequality, o.entityText, o.session, o.strict, o.skip)
}

// eachOption returns settings by index. Any 16 consecutive indexes cover all values of every option.
func eachOption(i int) options {
	o := options{skip: i/2%8 >= 6, strict: i/2%8 == 7}
	if i%2 == 1 {
		o.inequality = resolve.All
	}
	o.entityText = []resolve.EntityText{resolve.EntityTextError, resolve.EntityTextNever, resolve.EntityTextIDOrName}[i/2%3]
	o.session = resolve.SessionAttributes(i / 3 % 2)
	return o
}

func (o options) compiler() compiler.Options {
	return compiler.Options{ListInequality: o.inequality, EntityText: o.entityText, SessionAttributes: o.session, Strict: o.strict, SkipInvalid: o.skip}
}

func (o options) reference() evaluate.Options {
	var options evaluate.Options
	options.Read(o.inequality.String(), o.entityText.String(), o.session.String())
	return options
}

// site is a case loaded into both engines.
type site struct {
	reference *evaluate.Evaluator
	policy    *compiler.Policy
	data      bundles.DataSource
	ask       decider // the engine
	compiled  decider // the engine with its compiled code
	close     func()
}

// failure describes what is wrong with a case. The zero failure is a success. Failures that may have the
// same cause have equal kinds.
type failure struct{ kind, text string }

func (f failure) String() string { return f.kind + ": " + f.text }

// opener loads a case into both engines.
type opener func(context.Context, sitegen.Case, options) (*site, failure)

// open is the standard opener. The generator makes invalid rules only with names that say so: any other
// invalid rule is a failure.
func open(ctx context.Context, c sitegen.Case, o options) (*site, failure) {
	return made(func(s *site, dir string) failure { return s.open(ctx, c, o, dir) })
}

// made returns a site with a directory that exists until the site is closed.
func made(by func(s *site, dir string) failure) (*site, failure) {
	dir, err := os.MkdirTemp("", "difftest")
	if err != nil {
		return nil, failure{"no folder", err.Error()}
	}
	s := &site{close: func() { _ = os.RemoveAll(dir) }}
	if f := by(s, dir); f.kind != "" {
		s.close()
		return nil, f
	}
	return s, failure{}
}

func (s *site) open(ctx context.Context, c sitegen.Case, o options, dir string) failure {
	if f := s.read(c, o, dir); f.kind != "" {
		return f
	}
	return s.engines(ctx)
}

// read prepares everything of a case except the engines.
func (s *site) read(c sitegen.Case, o options, dir string) failure {
	if err := c.Write(dir); err != nil {
		return failure{"the case is not written", err.Error()}
	}
	snap, found := snapshot.Open(filepath.Join(dir, "snapshot"), schema.Default())
	if found.HasErrors() {
		return failed("the snapshot does not open", found)
	}
	loaded, found := snap.Load(snapshot.NoProgress{})
	if found.HasErrors() {
		return failed("the snapshot does not load", found)
	}
	rules, found := ruleset.Decode("rules.json", c.Rules)
	if found.HasErrors() {
		return failed("the rules are no export", found)
	}
	s.policy, found = compiler.Compile(rules, o.compiler())
	if s.policy == nil {
		return failed("the rules do not compile", found)
	}
	if rules, found = s.valid(rules, o); found.HasErrors() {
		return failed("the compiler skips other rules than it should", found)
	}
	if s.reference, found = evaluate.New(rules, loaded, o.reference()); found.HasErrors() {
		return failed("the reference sees errors", found)
	}
	s.data = func(ctx context.Context, w io.Writer) error {
		_, err := snap.Project(ctx, s.policy.View, w, snapshot.NoProgress{})
		return err
	}
	return failure{}
}

// engines prepares the engine and its compiled code, which share the modules that OPA has compiled.
func (s *site) engines(ctx context.Context) failure {
	bundle, err := bundles.InMemory(ctx, s.policy, s.data)
	if err != nil {
		return failure{"there is no bundle", err.Error()}
	}
	policy, err := engine.Compile(bundle)
	if err != nil {
		return failure{"the engine does not take the bundle", err.Error()}
	}
	e, err := policy.Engine(ctx)
	if err != nil {
		return failure{"the engine does not take the bundle", err.Error()}
	}
	s.ask = embedded(e)
	auto, err := policy.With(engine.Auto).Engine(ctx)
	if err != nil {
		return failure{"the engine does not take the bundle", err.Error()}
	}
	if err := auto.Refusal(); err != nil {
		return failure{"the policy is not compiled", err.Error()}
	}
	s.compiled = embedded(auto)
	return failure{}
}

const (
	// brokenName is the prefix of the names of rules that a compiler must refuse.
	brokenName = "broken: "
	// doubtfulName is the name of rules that may be valid or not. Other rules may be skipped with them.
	doubtfulName = "doubtful"
)

// valid returns the rules that the compiler has not skipped. It reports a rule that should have been
// skipped and was not, and the reverse.
func (s *site) valid(rules []ruleset.Rule, o options) ([]ruleset.Rule, diag.List) {
	var list diag.List
	doubt := o.strict || slices.ContainsFunc(rules, func(r ruleset.Rule) bool { return r.Name == doubtfulName })
	kept := slices.DeleteFunc(slices.Clone(rules), func(r ruleset.Rule) bool {
		ref := diag.Rule{ID: r.ID, Name: r.Name}
		skipped, broken := slices.Contains(s.policy.Skipped, ref), strings.HasPrefix(r.Name, brokenName)
		if o.entityText != resolve.EntityTextError && slices.Contains([]string{brokenName + "text and entity", brokenName + "entity and text"}, r.Name) {
			broken = false // with this option the comparison is valid
		}
		if broken != skipped && (broken || !doubt) {
			list = append(list, diag.Diagnostic{Severity: diag.Error, Summary: fmt.Sprintf("skipped: %t", skipped), Rule: ref, Text: r.Condition})
		}
		return skipped
	})
	return kept, list
}

// failed returns the failure for a list of errors; its kind has the code of the first one.
func failed(kind string, list diag.List) failure {
	var b strings.Builder
	told := 0
	for _, d := range list {
		if d.Severity != diag.Error {
			continue
		}
		if told++; told == 1 && d.Code != "" {
			kind += " (" + string(d.Code) + ")"
		}
		if told > 3 {
			continue
		}
		fmt.Fprintf(&b, "\n%s %s: %s", d.Code, d.Rule.Name, d.Summary)
		if d.Text != nil {
			fmt.Fprintf(&b, " in %q", d.Text.Content)
		}
	}
	fmt.Fprintf(&b, "\n%d in all", told)
	return failure{kind, b.String()}
}

// compare decides a request with all engines and returns their common answer, or the difference.
func (s *site) compare(ctx context.Context, request []byte) (answer, failure) {
	want, err := reading(s.reference)(ctx, request)
	if err != nil {
		return want, failure{"the reference fails", err.Error()}
	}
	got, err := s.ask(ctx, request)
	if err != nil {
		return want, failure{"the engine fails", err.Error()}
	}
	if !want.equal(got) {
		return want, failure{"the engines differ", fmt.Sprintf("\nreference: %v\nengine:    %v", want, got)}
	}
	if got, err = s.compiled(ctx, request); err != nil {
		return want, failure{"the compiled code fails", err.Error()}
	}
	if !want.equal(got) {
		return want, failure{"the compiled code differs", fmt.Sprintf("\nreference and OPA: %v\ncompiled:          %v", want, got)}
	}
	return want, failure{}
}

// check returns the first failure of a case, and the request that fails, if any. It calls seen, unless it
// is nil, with each answer.
func check(ctx context.Context, c sitegen.Case, o options, open opener, seen func(answer)) (failure, []byte) {
	s, f := open(ctx, c, o)
	if f.kind != "" {
		return f, nil
	}
	defer s.close()
	for _, request := range c.Requests {
		a, f := s.compare(ctx, request)
		if f.kind != "" {
			return f, request
		}
		if seen != nil {
			seen(a)
		}
	}
	return failure{}, nil
}
