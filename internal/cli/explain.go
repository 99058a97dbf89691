package cli

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain"
	"github.com/qlik2rego/qlik2rego/internal/audit/explain/packed"
	explaintext "github.com/qlik2rego/qlik2rego/internal/audit/explain/text"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/naming"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// Explain explains the decision of a request and writes the explanation. For a denial it returns
// the exit code ExitNo.
func (s *Streams) Explain(ctx *cli.Context, q Question) error {
	options := explain.Options{Proposals: ctx.Int("proposals")}
	switch {
	case options.Proposals < 0:
		return UsageOf(ctx.Command, "--proposals is a number from 0 on, not %d", options.Proposals)
	case options.Proposals == 0:
		options.Proposals = -1
	}
	if q.flags != nil && q.flags.Resource.Type == "" {
		return s.explainAccess(ctx, q, options)
	}
	explanation, err := s.explanation(ctx, &q, options)
	if err != nil {
		return err
	}
	err = explainFormats(s.explainText(ctx)).Render(s.Format, s.Out, explanation)
	if err == nil && !explanation.Allow {
		err = No()
	}
	return err
}

// explainFormats are the formats of explain.
func explainFormats(text explaintext.Text) render.Formats[*explain.Explanation] {
	return render.Results(text)
}

// explainText returns the text format of explanations.
func (s *Streams) explainText(ctx *cli.Context) explaintext.Text {
	return explaintext.Text{Columns: s.Columns, Paint: s.style, All: ctx.Bool("all"), Verb: verbOf(categoryOf(ctx))}
}

func (s *Streams) explanation(ctx *cli.Context, q *Question, options explain.Options) (*explain.Explanation, error) {
	if files := ctx.StringSlice("bundle"); len(files) > 0 {
		if err := noRules(ctx); err != nil {
			return nil, err
		}
		b, err := bundles.Open(ctx.Context, files...)
		if err != nil {
			return nil, Input(err)
		}
		if err := q.name(bundleNames(ctx, b, nil), io.Discard); err != nil {
			return nil, err
		}
		return s.bundleExplanation(ctx.Context, b, q.request, options)
	}
	c, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return nil, err
	}
	site, err := s.loadSite(c)
	if err != nil {
		return nil, err
	}
	reported, err := s.explainOn(ctx, c, site, q, options)
	if err != nil {
		return nil, err
	}
	return reported, s.hint(c.Diagnostics)
}

// explainOn explains a request about a site.
func (s *Streams) explainOn(ctx *cli.Context, c *workspace.Workspace, site *snapshot.Site, q *Question, options explain.Options) (*explain.Explanation, error) {
	if err := q.name(namesInMemory(ctx, c, site), io.Discard); err != nil { // the explanation suggests similar names
		return nil, err
	}
	explanation, err := s.checked(ctx.Context, c.ExplainerOn(site, options), q.request)
	if err != nil {
		return nil, err
	}
	if why := inactiveUsers(c)[schema.Fold(explanation.Request.Subject.ID)]; why != "" {
		explanation.Notes = append(explanation.Notes, naming.InactiveNote(explain.Named(explanation.Request.Subject), why))
	}
	if categoryOf(ctx) == ruleset.Sync {
		explanation.Request.Subject.Type = "Node"
	}
	return explanation, nil
}

// bundleExplanation explains a request with the rules and the data in a bundle. It compares the
// explanation with the decision of the bundle, and reports a difference as an internal error.
func (s *Streams) bundleExplanation(ctx context.Context, b *bundles.Bundle, request []byte, options explain.Options) (*explain.Explanation, error) {
	x, err := packed.Explainer(b, options)
	if err != nil {
		return nil, Input(err)
	}
	e, err := engine.New(ctx, b)
	if err != nil {
		return nil, Input(err)
	}
	decision, err := e.Decide(ctx, request)
	if err != nil {
		return nil, err
	}
	explanation, err := s.checked(ctx, x, request)
	if err != nil {
		return nil, err
	}
	if explanation.Allow != decision.Allow || explanation.Reason != decision.Reason || !slices.Equal(explanation.GrantedBy, decision.GrantedBy) {
		return nil, fmt.Errorf("the explanation is %s by %q, but the bundle decides %s by %q", explanation.Reason, explanation.GrantedBy, decision.Reason, decision.GrantedBy)
	}
	return explanation, nil
}

// checked explains a request, and stops at an interrupt.
func (s *Streams) checked(ctx context.Context, x *explain.Explainer, request []byte) (*explain.Explanation, error) {
	var explanation *explain.Explanation
	err := interruptible(ctx, func() (err error) {
		explanation, err = x.Explain(request)
		return Input(err)
	})
	return explanation, err
}

// style formats a piece of an explanation for the terminal.
func (s *Streams) style(style explaintext.Style, piece string) string {
	return s.paint(map[explaintext.Style]string{explaintext.Good: green, explaintext.Bad: red, explaintext.Faint: faint, explaintext.Bold: bold}[style], piece)
}
