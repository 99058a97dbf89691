package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

func filterCommand(streams *Streams) *cli.Command {
	flags := append(CompileFlags(), BundleFlag())
	for _, f := range RequestFlags() {
		if !slices.Contains([]string{"resource", "properties"}, f.Names()[0]) {
			flags = append(flags, f)
		}
	}
	return &cli.Command{
		Name:      "filter",
		Usage:     "write the rules as a WHERE clause or query for one user",
		ArgsUsage: "(-b BUNDLE | RULES… --snapshot DIR) --subject S --action A --type T --target TARGET [flags]",
		Description: `A portal, search index or warehouse can use the filter to list
resources, instead of one decision per resource. It selects exactly the resources of the
type on which the rules grant the action to the user. Its kind is never, always or
conditional. Values are parameters. If the target cannot express a part, the command
fails and names it. With --superset, the filter selects more, and "exact" is false:
check the selected resources with decisions.

SQL uses the documented tables, which --ddl prints, or those of --mapping. The filtered
table has the alias t. docs/filter.md describes tables, mapping files and targets.

EXAMPLES:
   qlik2rego filter systemrule.json --snapshot site/ --subject 'ACME\anna' --action read --type App --target postgres
   qlik2rego filter -b bundle.tar.gz --subject 'ACME\anna' --action read --type App --context hub --target qrs --superset
   qlik2rego filter systemrule.json --snapshot site/ --subject 'ACME\anna' --action read --type App --target sqlite --literals
   qlik2rego filter --target postgres --ddl`,
		Flags: append(flags,
			&cli.StringFlag{Name: "type", Usage: "the `TYPE` of the listed resources, such as App"},
			&cli.StringFlag{Name: "target", Usage: "the language of the filter: " + strings.Join(filter.Targets, ", ")},
			&cli.StringFlag{Name: "mapping", TakesFile: true, Usage: "read the mapping of tables and columns for SQL from `FILE`"},
			&cli.BoolFlag{Name: "superset", Usage: "select more if the target cannot express a part"},
			&cli.BoolFlag{Name: "literals", Usage: "write values into the SQL instead of parameters, only for reading"},
			&cli.BoolFlag{Name: "ddl", Usage: "print the statements that create the documented tables"},
			formatFlag(filterFormats)),
		Action: func(ctx *cli.Context) error {
			return streams.Filter(ctx)
		},
	}
}

// Filter writes the filter of a subject.
func (s *Streams) Filter(ctx *cli.Context) error {
	target := ctx.String("target")
	switch {
	case target == "":
		return UsageOf(ctx.Command, "--target is missing: it is one of %s", strings.Join(filter.Targets, ", "))
	case !slices.Contains(filter.Targets, target):
		return UsageOf(ctx.Command, "there is no target %q%s; the targets are %s", target, diag.DidYouMean(target, filter.Targets, nil), strings.Join(filter.Targets, ", "))
	}
	options, err := filterOptions(ctx, target)
	if err != nil {
		return err
	}
	if ctx.Bool("ddl") {
		return s.ddl(ctx, options)
	}
	report, err := s.filter(ctx, target, options)
	if err != nil {
		return err
	}
	return filterFormats.Render(s.Format, s.Out, report)
}

// filterFormats are the formats of filter.
var filterFormats = render.Results(render.Func[*filter.Report](filterText))

func (s *Streams) ddl(ctx *cli.Context, o filter.SQLOptions) error {
	if !filter.IsSQL(ctx.String("target")) {
		return UsageOf(ctx.Command, "--ddl is for the databases postgres, sqlserver, sqlite and duckdb")
	}
	_, err := fmt.Fprintln(s.Out, strings.Join(filter.DDL(o.Schema, o.Dialect), ";\n\n")+";")
	return err
}

func filterOptions(ctx *cli.Context, target string) (filter.SQLOptions, error) {
	compiled, err := compileOptions(ctx)
	o := filter.SQLOptions{Dialect: filter.Dialect(target), Schema: compiled.Schema, Superset: ctx.Bool("superset"), Literals: ctx.Bool("literals")}
	name := ctx.String("mapping")
	if err != nil || name == "" {
		return o, err
	}
	if !filter.IsSQL(target) {
		return o, UsageOf(ctx.Command, "--mapping is for the databases postgres, sqlserver, sqlite and duckdb")
	}
	text, err := os.ReadFile(name)
	if err == nil {
		o.Mapping, err = filter.ReadMapping(text)
	}
	if err != nil {
		return o, Input(fmt.Errorf("--mapping %s: %w", name, err))
	}
	return o, nil
}

func (s *Streams) filter(ctx *cli.Context, target string, options filter.SQLOptions) (*filter.Report, error) {
	for _, name := range []string{"subject", "action", "type"} {
		if ctx.String(name) == "" {
			return nil, UsageOf(ctx.Command, "--%s is missing: a filter is for --subject, --action and --type", name)
		}
	}
	r := &authzen.Request{}
	if err := readSubject(ctx, &r.Subject); err != nil {
		return nil, err
	}
	action, err := parseAction(ctx.Command, ctx.String("action"))
	if err != nil {
		return nil, err
	}
	r.Action.Name = action.Name()
	if r.Context, err = readSurround(ctx); err != nil {
		return nil, err
	}
	w, site, known, err := s.filterSource(ctx)
	if err != nil {
		return nil, err
	}
	if err := known.apply(r, s.Err); err != nil {
		return nil, err
	}
	typ, err := known.typeOf("type", ctx.String("type"))
	if err != nil {
		return nil, err
	}
	// The resource is described, so that the request stands for any of its type.
	r.Resource = authzen.Entity{Type: typ, ID: "any", Properties: json.RawMessage(`{"name": "any"}`)}
	request, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	found, err := w.Filter(site, request, schema.Fold(typ))
	if err != nil {
		return nil, Input(err)
	}
	return filterReport(found, target, schema.Fold(typ), site, options)
}

// filterSource reads the rules and the site, or a bundle of both.
func (s *Streams) filterSource(ctx *cli.Context) (*workspace.Workspace, *snapshot.Site, siteNames, error) {
	if files := ctx.StringSlice("bundle"); len(files) > 0 {
		if err := noRules(ctx); err != nil {
			return nil, nil, siteNames{}, err
		}
		b, err := bundles.Open(ctx.Context, files...)
		if err != nil {
			return nil, nil, siteNames{}, Input(err)
		}
		w, site, err := workspace.FromBundle(b)
		return w, site, bundleNames(ctx, b, nil), Input(err)
	}
	w, err := s.Compile(ctx, ctx.Args().Slice())
	if err != nil {
		return nil, nil, siteNames{}, err
	}
	site, err := s.loadSite(w)
	if err != nil {
		return nil, nil, siteNames{}, err
	}
	return w, site, namesInMemory(ctx, w, site), s.hint(w.Diagnostics)
}

func filterReport(f *workspace.Filtered, target, typeKey string, site *snapshot.Site, o filter.SQLOptions) (*filter.Report, error) {
	report, err := filter.NewReport(f.Node, f.Branches, target, typeKey, site, o)
	var cannot *filter.Untranslatable
	if errors.As(err, &cannot) {
		err = Input(err)
	}
	return report, err
}

// filterText writes a report for people: the filter, then its origin.
func filterText(w io.Writer, r *filter.Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "-- %s", r.Kind)
	if !r.Exact {
		b.WriteString(", not exact: check the selected resources with decisions")
	}
	for _, rule := range r.Rules {
		fmt.Fprintf(&b, "\n-- rule %s: %s", rule.Name, rule.When)
	}
	b.WriteByte('\n')
	switch {
	case r.SQL != "":
		b.WriteString(r.SQL + "\n")
		for i, p := range r.Params {
			fmt.Fprintf(&b, "-- parameter %d: %q\n", i+1, p)
		}
	case r.Query != nil:
		text, err := json.MarshalIndent(r.Query, "", "  ")
		if err != nil {
			return err
		}
		b.Write(append(text, '\n'))
	default:
		for _, f := range r.Filters {
			b.WriteString(f + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
