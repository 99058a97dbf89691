package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/naming"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// EngineFlag selects the engine for a policy that evaluates many requests. Commands pass it on with
// useEngine.
func EngineFlag() cli.Flag {
	return Choice("engine", "the engine: compiled code if possible, or only OPA", string(engine.ModeAuto), string(engine.ModeOPA))
}

// useEngine evaluates the command's policies with the engine of --engine.
func useEngine(ctx *cli.Context) {
	ctx.Context = engine.WithMode(ctx.Context, engine.Mode(ctx.String("engine")))
}

// choice is a flag with a fixed set of values.
type choice struct {
	*cli.StringFlag
	values []string
}

// Choice returns a flag with a fixed set of values; the first is the default.
func Choice(name, usage string, values ...string) cli.Flag {
	return &choice{values: values, StringFlag: &cli.StringFlag{
		Name:  name,
		Usage: usage + " (" + strings.Join(values, ", ") + ")",
		Value: values[0],
		Action: func(ctx *cli.Context, got string) error {
			if slices.Contains(values, got) {
				return nil
			}
			return UsageOf(ctx.Command, "--%s is %s, not %q%s", name, strings.Join(values, " or "), got,
				diag.DidYouMean(got, values, nil))
		},
	}}
}

// formatFlag is the flag --format: its values are the formats of a command's results.
func formatFlag[T any](formats render.Formats[T]) cli.Flag {
	return Choice("format", "format of the results", formats.Names()...)
}

// snapshotFlag is the flag of the snapshot, the same in all commands.
func snapshotFlag() cli.Flag {
	return &cli.StringFlag{Name: "snapshot", Aliases: []string{"s"}, TakesFile: true, Usage: "read the entities of the site from `FOLDER` with user.json, app.json, …"}
}

// BundleFlag is the flag -b of the commands that read bundles.
func BundleFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "bundle", Aliases: []string{"b"}, TakesFile: true, Usage: "read a bundle from `FILE` instead of rules; repeat it for policy and data of --split"}
}

// CompileFlags are the flags of every command that compiles rules.
func CompileFlags() []cli.Flag {
	return append(meaningFlags(),
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "report only errors on standard error"},
		ProgressFlag(),
	)
}

// meaningFlags are the flags that affect the meaning of rules. A bundle was compiled with its own.
func meaningFlags() []cli.Flag { return append([]cli.Flag{snapshotFlag()}, readingFlags()...) }

// readingFlags are the flags that select the reading of rules.
func readingFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "schema", TakesFile: true, Usage: "add or replace resource types from `FILE`, in the format of schema.json"},
		Choice("list-inequality", "meaning of != and !== if a side has several values", "any", "all"),
		Choice("entity-text", "meaning of a comparison of an entity with a string, such as resource.owner = \"anna\"", "error", "never", "id-or-name"),
		Choice("session-attributes", "whether session attributes replace those of the user's record", "separate", "stored"),
		&cli.StringSliceFlag{Name: "assume-empty", Usage: "treat `TYPE.FIELD`, which the snapshot lacks, as empty, such as App.customProperties; repeatable"},
		&cli.StringSliceFlag{Name: "variable", Usage: "replace ${NAME} in rules by a value, `NAME=VALUE`; repeatable"},
		&cli.BoolFlag{Name: "strict", Usage: "report a property that no type of a rule's filter has as an error"},
		&cli.BoolFlag{Name: "skip-invalid", Usage: "leave rules with errors out, as the product does"},
	}
}

// namesOf returns the names of flags, without their aliases.
func namesOf(flags []cli.Flag) []string {
	names := make([]string, len(flags))
	for i, f := range flags {
		names[i] = f.Names()[0]
	}
	return names
}

// commandLine returns the given flags among those that are set, as arguments.
func commandLine(ctx *cli.Context, flags []cli.Flag) []string {
	var line []string
	for _, f := range flags {
		name := f.Names()[0]
		if !ctx.IsSet(name) {
			continue
		}
		switch f.(type) {
		case *cli.BoolFlag:
			if ctx.Bool(name) {
				line = append(line, "--"+name)
			}
		case *cli.StringSliceFlag:
			for _, value := range ctx.StringSlice(name) {
				line = append(line, "--"+name, value)
			}
		case *cli.StringFlag, *choice:
			line = append(line, "--"+name, ctx.String(name))
		default:
			panic(fmt.Sprintf("the flag --%s is of the type %T", name, f))
		}
	}
	return line
}

// ProgressFlag is the flag --progress.
func ProgressFlag() cli.Flag {
	return &cli.BoolFlag{Name: "progress", Usage: "report progress even if standard error is not a terminal"}
}

// variablesGiven parses --variable: the values of ${NAME} in rules.
func variablesGiven(ctx *cli.Context) (map[string]string, error) {
	given := map[string]string{}
	for _, text := range ctx.StringSlice("variable") {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, UsageOf(ctx.Command, "--variable is NAME=VALUE, such as finance_group=Finance, not %q", text)
		}
		if other, twice := given[name]; twice && other != value {
			return nil, UsageOf(ctx.Command, "--variable %s is %q and %q", name, other, value)
		}
		given[name] = value
	}
	return given, nil
}

// compileOptions reads the flags of CompileFlags.
func compileOptions(ctx *cli.Context) (compiler.Options, error) {
	options := compiler.Options{Schema: schema.Default(), Strict: ctx.Bool("strict"), SkipInvalid: ctx.Bool("skip-invalid")}
	if err := viewOption(ctx, &options); err != nil {
		return options, err
	}
	options.Read(ctx.String("list-inequality"), ctx.String("entity-text"), ctx.String("session-attributes"))
	if name := ctx.String("schema"); name != "" {
		table, err := os.ReadFile(name)
		if err != nil {
			return options, Input(fmt.Errorf("--schema: %w", err))
		}
		if options.Schema, err = schema.Extend(schema.Default(), table); err != nil {
			return options, Input(fmt.Errorf("--schema %s: %w", name, err))
		}
	}
	for _, text := range ctx.StringSlice("assume-empty") {
		field, err := exportField(ctx, options.Schema, text)
		if err != nil {
			return options, err
		}
		options.AssumeEmpty = append(options.AssumeEmpty, field)
	}
	return options, nil
}

// exportField parses TYPE.FIELD, a field of an export, and returns it as spelled in the schema.
func exportField(ctx *cli.Context, s *schema.Schema, text string) (schema.Field, error) {
	dot := strings.LastIndex(text, ".")
	if dot < 0 {
		return schema.Field{}, UsageOf(ctx.Command, "--assume-empty is TYPE.FIELD, such as App.customProperties, not %q", text)
	}
	typ, name := text[:dot], text[dot+1:]
	t, ok := s.Type(typ)
	if !ok {
		return schema.Field{}, UsageOf(ctx.Command, "--assume-empty: there is no type %q%s", typ, diag.DidYouMean(typ, naming.TypeNames(s, nil), nil))
	}
	if f, ok := s.ExportField(t, name); ok {
		return f, nil
	}
	fields := s.ExportFields(t)
	hint := diag.DidYouMean(name, fields, nil)
	if hint == "" && len(fields) > 0 {
		hint = "; it has " + strings.Join(fields, ", ")
	}
	return schema.Field{}, UsageOf(ctx.Command, "--assume-empty: %s has no field %q that rules read%s", t.Name, name, hint)
}
