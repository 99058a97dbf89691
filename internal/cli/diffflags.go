package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// DiffFlags are the flags of diff in addition to those of compilation.
func DiffFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringFlag{Name: "old-snapshot", TakesFile: true, Usage: "the old snapshot, a `FOLDER`, if the sites differ"},
		&cli.StringFlag{Name: "new-snapshot", TakesFile: true, Usage: "the new snapshot, a `FOLDER`"},
	}, diffQuestionFlags(), []cli.Flag{
		&cli.StringFlag{Name: "baseline", TakesFile: true, Usage: "ignore the accepted differences in `FILE`"},
		&cli.BoolFlag{Name: "update-baseline", Usage: "accept all differences: write a new baseline"},
		&cli.StringFlag{Name: "html", Usage: "also write a page for browsers to `FILE`"},
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`, atomically; - is standard output"},
	})
}

// diffQuestionFlags are the flags that select the compared requests and the limits.
func diffQuestionFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "context", Usage: "the context of requests: `hub`, qmc, or none for requests without a context; repeatable; the default is all"},
		&cli.StringSliceFlag{Name: "env", Usage: "set a session attribute, `NAME=VALUE`; repeatable, the same name adds a value"},
		&cli.StringSliceFlag{Name: "fail-on", Usage: "a `GATE`, KIND[:ACTION[:TYPE]][=LIMIT]: exit code 1 if more rights differ; repeatable"},
	}
}

// flags reads the flags, and of the input only the baseline.
func (d *diffing) flags(ctx *cli.Context) error {
	for _, spec := range ctx.StringSlice("fail-on") {
		g, err := difference.ParseGate(spec)
		if err != nil {
			return UsageOf(ctx.Command, "--fail-on: %v", err)
		}
		d.gates = append(d.gates, g)
	}
	contexts := []string{"hub", "qmc", difference.NoContext}
	for _, c := range ctx.StringSlice("context") {
		if !slices.Contains(contexts, c) {
			return UsageOf(ctx.Command, "--context is hub, qmc or none, not %q%s", c, diag.DidYouMean(c, contexts, nil))
		}
		if !slices.Contains(d.in.Contexts, c) {
			d.in.Contexts = append(d.in.Contexts, c)
		}
	}
	var err error
	if d.in.Environment, err = environment(ctx); err != nil {
		return err
	}
	old, new := ctx.IsSet("old-snapshot"), ctx.IsSet("new-snapshot")
	switch {
	case old != new:
		return UsageOf(ctx.Command, "--old-snapshot and --new-snapshot belong together; --snapshot is for both sides")
	case old && ctx.IsSet("snapshot"):
		return UsageOf(ctx.Command, "--snapshot is for both sides, --old-snapshot and --new-snapshot are for one each")
	case ctx.Bool("update-baseline") && !ctx.IsSet("baseline"):
		return UsageOf(ctx.Command, "--update-baseline writes the file that --baseline names")
	case isWhatIf(ctx) && (ctx.NArg() > 1 || ctx.NArg() == 0 && !ctx.IsSet("snapshot")):
		return UsageOf(ctx.Command, "--disable, --enable, --add and --set change one set of rules: give only one RULES")
	case isWhatIf(ctx) && old:
		return UsageOf(ctx.Command, "--disable, --enable, --add and --set compare on one site: name it with --snapshot")
	case !isWhatIf(ctx) && ctx.NArg() != 2 && (ctx.NArg() != 0 || !old):
		return UsageOf(ctx.Command, "diff compares two sets of rules, OLD-RULES and NEW-RULES; there are %d", ctx.NArg())
	}
	outputs := []string{cmp.Or(ctx.String("output"), stdio), ctx.String("html")}
	if ctx.Bool("update-baseline") {
		outputs = append(outputs, ctx.String("baseline"))
	}
	if err := distinctOutputs(ctx, outputs...); err != nil || !ctx.IsSet("baseline") || ctx.Bool("update-baseline") {
		return err
	}
	name := ctx.String("baseline")
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Input(fmt.Errorf("there is no baseline %s: write one with --update-baseline", name))
	}
	if err != nil {
		return Input(err)
	}
	defer func() { _ = f.Close() }() // read only
	if d.baseline, err = difference.ReadBaseline(f); err != nil {
		return Input(fmt.Errorf("%s: %w", name, err))
	}
	return nil
}
