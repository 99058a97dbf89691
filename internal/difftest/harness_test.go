package difftest

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/reference"
	"github.com/qlik2rego/qlik2rego/internal/sitegen"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// answer is all that a decision point says of a request.
type answer struct {
	allow     bool
	grantedBy []string
	reason    string
	actions   []string
}

func (a answer) String() string {
	return fmt.Sprintf("allow=%t reason=%s granted_by=%v actions=%v", a.allow, a.reason, a.grantedBy, a.actions)
}

func (a answer) equal(b answer) bool {
	return a.allow == b.allow && a.reason == b.reason && slices.Equal(a.grantedBy, b.grantedBy) && slices.Equal(a.actions, b.actions)
}

// site is a case in the hands of both engines.
type site struct {
	reference *reference.Evaluator
	engine    *engine.Engine
	policy    *compiler.Policy
	snapshot  *snapshot.Snapshot
}

// options are the settings that change decisions.
type options struct{ inequality resolve.ListInequality }

func (o options) reference() reference.Options {
	if o.inequality == resolve.All {
		return reference.Options{ListInequality: reference.All}
	}
	return reference.Options{}
}

// open gives a case to both engines. Rules that the compiler rejects are an
// error: the generator makes none.
func open(ctx context.Context, c sitegen.Case, dir string, o options) (*site, error) {
	if err := c.Write(dir); err != nil {
		return nil, err
	}
	snap, found := snapshot.Open(filepath.Join(dir, "snapshot"), schema.Default())
	if found.HasErrors() {
		return nil, fmt.Errorf("open: %v", summaries(found))
	}
	loaded, found := snap.Load(snapshot.NoProgress{})
	if found.HasErrors() {
		return nil, fmt.Errorf("load: %v", summaries(found))
	}
	rules, found := ruleset.Decode("rules.json", c.Rules)
	if found.HasErrors() {
		return nil, fmt.Errorf("decode: %v", summaries(found))
	}
	policy, found := compiler.Compile(rules, compiler.Options{ListInequality: o.inequality})
	if policy == nil {
		return nil, fmt.Errorf("compile: %v", summaries(found))
	}
	ref, found := reference.New(rules, loaded, o.reference())
	if found.HasErrors() {
		return nil, fmt.Errorf("reference: %v", summaries(found))
	}
	bundle, err := bundles.InMemory(ctx, policy, func(ctx context.Context, w io.Writer) error {
		_, err := snap.Project(ctx, policy.View, w, snapshot.NoProgress{})
		return err
	})
	if err != nil {
		return nil, err
	}
	e, err := engine.New(ctx, bundle)
	if err != nil {
		return nil, err
	}
	return &site{ref, e, policy, snap}, nil
}

func summaries(list diag.List) []string {
	var out []string
	for _, d := range list {
		if d.Severity == diag.Error {
			text := ""
			if d.Text != nil {
				text = d.Text.Content
			}
			out = append(out, fmt.Sprintf("%s %s: %s in %q", d.Code, d.Rule.Name, d.Summary, text))
		}
	}
	return out
}

func (s *site) byReference(request []byte) (answer, error) {
	d := s.reference.Decide(request)
	return answer{d.Allow, sorted(d.GrantedBy), d.Reason, sorted(d.Actions)}, d.Err
}

func (s *site) byEngine(ctx context.Context, request []byte) (answer, error) {
	d, err := s.engine.Decide(ctx, request)
	if err != nil {
		return answer{}, err
	}
	actions, err := s.engine.Actions(ctx, request)
	return answer{d.Allow, sorted(d.GrantedBy), d.Reason, sorted(actions)}, err
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}

// compare asks both engines and describes the difference, "" if there is none.
func (s *site) compare(ctx context.Context, request []byte) string {
	want, err := s.byReference(request)
	if err != nil {
		return "reference: " + err.Error()
	}
	got, err := s.byEngine(ctx, request)
	if err != nil {
		return "engine: " + err.Error()
	}
	if want.equal(got) {
		return ""
	}
	return fmt.Sprintf("reference: %v\nengine:    %v\n%s", want, got, s.reference.Explain(request))
}
