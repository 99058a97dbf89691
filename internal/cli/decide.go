package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Question is one request, or a stream of them.
type Question struct {
	request  []byte
	requests io.ReadCloser
}

// Question reads what eval is asked. It is read first: a mistake in it shows
// before a site has been loaded.
func (s *Streams) Question(ctx *cli.Context) (Question, error) {
	var ways []string
	for _, way := range []string{"input", "requests"} {
		if ctx.IsSet(way) {
			ways = append(ways, way)
		}
	}
	for _, name := range append(requestFlags, "context", "env", "properties") {
		if ctx.IsSet(name) && len(ways) > 0 {
			return Question{}, UsageOf(ctx.Command, "--%s and --%s exclude each other", name, ways[0])
		}
	}
	switch {
	case len(ways) == 2:
		return Question{}, UsageOf(ctx.Command, "--input and --requests exclude each other")
	case ctx.IsSet("requests"):
		f, err := s.Open(ctx.String("requests"))
		return Question{requests: f}, err
	case ctx.IsSet("input"):
		request, err := s.ReadInput(ctx.String("input"))
		return Question{request: request}, err
	}
	request, err := ReadRequest(ctx)
	return Question{request: request}, err
}

// Decider returns who decides, by a bundle or by rules, and what a rule's name is.
func (s *Streams) Decider(ctx *cli.Context) (engine.Decider, func(id string) string, error) {
	asked, files := ctx.String("engine"), ctx.StringSlice("bundle")
	if len(files) > 0 {
		if err := noRules(ctx); err != nil {
			return nil, nil, err
		}
		if asked == "reference" {
			return nil, nil, UsageOf(ctx.Command, "--engine reference reads RULES and --snapshot, not a bundle")
		}
		b, err := bundles.Open(ctx.Context, files...)
		if err != nil {
			return nil, nil, Input(err)
		}
		e, err := engine.New(ctx.Context, b)
		return e, ruleNames(b), Input(err)
	}
	c, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return nil, nil, err
	}
	if asked == "reference" {
		d, err := s.Reference(c)
		return d, c.ruleName, err
	}
	b, err := s.Bundle(ctx.Context, c)
	if err != nil {
		return nil, nil, err
	}
	e, err := engine.New(ctx.Context, b)
	return e, ruleNames(b), err
}

// noRules refuses rules, and the flags that speak of them, beside a bundle.
func noRules(ctx *cli.Context) error {
	if err := bundleAlone(ctx); err != nil {
		return err
	}
	if ctx.Args().Present() {
		return UsageOf(ctx.Command, "-b BUNDLE and RULES exclude each other: what is %q?", ctx.Args().First())
	}
	return nil
}

// bundleAlone refuses the flags that speak of rules beside a bundle, which is
// compiled already.
func bundleAlone(ctx *cli.Context) error {
	for _, name := range []string{"snapshot", "schema", "list-inequality", "strict", "skip-invalid"} {
		if ctx.IsSet(name) {
			return UsageOf(ctx.Command, "--%s is for RULES: a bundle is compiled already", name)
		}
	}
	return nil
}

func ruleNames(b *bundles.Bundle) func(string) string {
	return func(id string) string {
		name, _ := b.Data.Lookup("qlik", "rules", id, "name")
		text, _ := name.(string)
		return text
	}
}

func (c *Compilation) ruleName(id string) string {
	for _, r := range c.Rules {
		if r.ID == id {
			return r.Name
		}
	}
	return ""
}

// Answer decides the question and writes what comes out.
func (s *Streams) Answer(ctx *cli.Context, d engine.Decider, q Question, name func(id string) string) error {
	if q.requests == nil {
		decision, err := d.Decide(ctx.Context, q.request)
		if err != nil {
			return err
		}
		return s.Decision(q.request, decision, name)
	}
	defer engine.CollectRarely()()
	progress := s.Progress(ctx)
	if s.OutTerminal {
		progress = snapshot.NoProgress{} // a bar and results would write over each other
	}
	progress.Start("requests decided:", 0)
	err := engine.DecideAll(ctx.Context, d, q.requests, s.Out, func(n int) { progress.Add(int64(n)) })
	progress.Done()
	if broken := (*jsonfile.Error)(nil); errors.As(err, &broken) {
		err = Input(fmt.Errorf("--requests: %w", err))
	}
	return errors.Join(err, q.requests.Close())
}
