package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// Question is one request, or a stream of them.
type Question struct {
	// flags is the request given by flags; nil with --input.
	flags    *authzen.Request
	request  []byte
	requests io.ReadCloser
}

// name resolves the names in a request given by flags, and completes it.
func (q *Question) name(n siteNames, stderr io.Writer) error {
	if q.flags == nil {
		return nil
	}
	if err := n.apply(q.flags, stderr); err != nil {
		return err
	}
	var err error
	q.request, err = json.Marshal(q.flags)
	return err
}

// Question reads the question of eval. It is read before the site is loaded, so that errors in it
// are reported early.
func (s *Streams) Question(ctx *cli.Context) (Question, error) {
	var ways []string
	for _, way := range []string{"input", "requests"} {
		if ctx.IsSet(way) {
			ways = append(ways, way)
		}
	}
	for _, name := range namesOf(RequestFlags()) {
		if ctx.IsSet(name) && len(ways) > 0 {
			return Question{}, UsageOf(ctx.Command, "--%s and --%s exclude each other", name, ways[0])
		}
	}
	for _, name := range []string{"requests", "engine"} {
		if ctx.Bool("profile") && ctx.IsSet(name) && ctx.String(name) != string(engine.ModeOPA) {
			return Question{}, UsageOf(ctx.Command, "--profile shows how OPA decides one request; leave out --%s %s", name, ctx.String(name))
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
	flags, err := ReadRequest(ctx)
	return Question{flags: flags}, err
}

// deciding decides requests, and knows the names of entities.
type deciding struct {
	decider engine.Decider
	names   siteNames
	// ruleName returns the name of a rule, by its id.
	ruleName func(id string) string
	// verb is the name for people of the action, "" for its own name.
	verb string
}

// Decider returns a decider for a bundle or for rules.
func (s *Streams) Decider(ctx *cli.Context) (*deciding, error) {
	asked, files := ctx.String("engine"), ctx.StringSlice("bundle")
	if len(files) > 0 {
		if err := noRules(ctx); err != nil {
			return nil, err
		}
		if asked == "reference" {
			return nil, UsageOf(ctx.Command, "--engine reference reads RULES and --snapshot, not a bundle")
		}
		b, err := bundles.Open(ctx.Context, files...)
		if err != nil {
			return nil, Input(err)
		}
		e, err := engine.New(ctx.Context, b, evaluation(ctx)...)
		return &deciding{e, bundleNames(ctx, b, nil), ruleNames(b), verbOf(categoryOf(ctx))}, Input(err)
	}
	c, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return nil, err
	}
	if asked == "reference" {
		d, site, err := s.Reference(c)
		return &deciding{d, namesInMemory(ctx, c, site), c.RuleName, verbOf(categoryOf(ctx))}, err
	}
	if c.Policy != nil && !ctx.IsSet("requests") {
		c.KeepNames()
		if ctx.IsSet("task") {
			c.KeepParents() // the contents of an app
		}
	}
	b, err := s.Bundle(ctx.Context, c)
	if err != nil {
		return nil, err
	}
	e, err := engine.New(ctx.Context, b, evaluation(ctx)...)
	return &deciding{e, bundleNames(ctx, b, c), ruleNames(b), verbOf(categoryOf(ctx))}, err
}

// evaluation selects how eval evaluates a policy: a single request with OPA, unless auto is
// requested, and many as compiled code.
func evaluation(ctx *cli.Context) []engine.Option {
	if ctx.String("engine") == string(engine.ModeAuto) && (ctx.IsSet("engine") || ctx.IsSet("requests")) {
		return []engine.Option{engine.Auto}
	}
	return nil
}

// InactiveFlag is the flag --inactive.
func InactiveFlag() cli.Flag {
	return &cli.BoolFlag{Name: "inactive", Usage: "include users that are blocked, inactive or removed from the directory"}
}

// leftOut describes how many users were left out because they cannot log in, or returns "".
func leftOut(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "1 user is left out (blocked, inactive or removed from the directory); use --inactive to include it"
	}
	return fmt.Sprintf("%d users are left out (blocked, inactive or removed from the directory); use --inactive to include them", n)
}

// noRules rejects rules, and the flags about them, in combination with a bundle.
func noRules(ctx *cli.Context) error {
	if err := bundleAlone(ctx); err != nil {
		return err
	}
	if ctx.Args().Present() {
		return UsageOf(ctx.Command, "-b BUNDLE and RULES exclude each other: what is %q?", ctx.Args().First())
	}
	return nil
}

// bundleAlone rejects the flags about rules in combination with a bundle, which is already
// compiled.
func bundleAlone(ctx *cli.Context) error {
	for _, f := range meaningFlags() {
		if name := f.Names()[0]; ctx.IsSet(name) {
			return UsageOf(ctx.Command, "--%s is for RULES: a bundle is compiled already", name)
		}
	}
	return nil
}

func ruleNames(b *bundles.Bundle) func(string) string {
	return func(id string) string {
		return sitedata.RuleText(&b.Data, id, "name")
	}
}

// Answer decides the question and writes the decision.
func (s *Streams) Answer(ctx *cli.Context, d *deciding, q Question) error {
	if q.requests == nil {
		if err := q.name(d.names, s.Err); err != nil {
			return err
		}
		if e, ok := d.decider.(*engine.Engine); ok && ctx.Bool("profile") {
			return s.profile(ctx.Context, e, d, q.request)
		}
		decision, err := d.decider.Decide(ctx.Context, q.request)
		if err != nil {
			return err
		}
		return s.Decision(decided{decision, q.request, d})
	}
	defer engine.CollectRarely()()
	progress := s.Progress(ctx)
	if s.OutTerminal {
		progress = noProgress() // a progress bar would overwrite results
	}
	progress.Start("requests decided:", 0)
	err := engine.DecideAll(ctx.Context, d.decider, q.requests, s.Out, func(n int) { progress.Add(int64(n)) })
	progress.Done()
	if broken := (*jsonfile.Error)(nil); errors.As(err, &broken) {
		err = Input(fmt.Errorf("--requests: %w", err))
	}
	return errors.Join(err, q.requests.Close())
}
