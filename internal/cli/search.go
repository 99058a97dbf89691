package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/audit/search"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// SearchFlags are the flags that describe a search: those of a request without the searched part.
func SearchFlags() []cli.Flag {
	flags := slices.DeleteFunc(RequestFlags(), func(f cli.Flag) bool { return f.Names()[0] == "resource" })
	return append(flags,
		InactiveFlag(),
		&cli.StringFlag{Name: "resource", Usage: "the resource, `TYPE:ID`, such as App:2b1c…; omit it to search for resources"},
		&cli.StringFlag{Name: "type", Usage: "the `TYPE` of the resources to search for, such as App"})
}

// Search searches for the subjects, resources or actions that the flags leave open.
func (s *Streams) Search(ctx *cli.Context) error {
	q, err := readSearch(ctx)
	if err != nil {
		return err
	}
	b, c, err := s.anyBundle(ctx)
	if err != nil {
		return err
	}
	n := bundleNames(ctx, b, c)
	if err := s.nameSearch(n, &q); err != nil {
		return err
	}
	p, err := engine.NewEntryPoint(ctx.Context, b, engine.QlikEntryPoint, engine.Batch(ctx.Context))
	if err != nil {
		return Input(err)
	}
	found, err := q.Run(ctx.Context, p, n.Names, s.Progress(ctx))
	if unlisted := (*search.NotListedError)(nil); errors.As(err, &unlisted) {
		return Input(err)
	}
	if err != nil {
		return err
	}
	if note := leftOut(found.LeftOut); note != "" {
		fmt.Fprintln(s.Err, note)
	}
	// Without results, report what the request names that is unknown.
	if found.Reason != "" && found.Reason != engine.NoRule {
		fmt.Fprintf(s.Err, "nothing was found: %s\n", reasons[found.Reason])
	}
	return searchFormats.Render(s.Format, s.Out, found)
}

// anyBundle reads a bundle, or makes one from rules and a snapshot that contains the names of
// entities. The workspace is nil if the bundle was given.
func (s *Streams) anyBundle(ctx *cli.Context) (*bundles.Bundle, *workspace.Workspace, error) {
	files := ctx.StringSlice("bundle")
	if len(files) == 0 {
		c, err := s.Compile(ctx, ctx.Args().Slice())
		if err != nil {
			return nil, nil, err
		}
		if c.Policy != nil {
			c.KeepNames()
		}
		b, err := s.Bundle(ctx.Context, c)
		return b, c, err
	}
	if err := noRules(ctx); err != nil {
		return nil, nil, err
	}
	b, err := bundles.Open(ctx.Context, files...)
	return b, nil, Input(err)
}

// nameSearch resolves the names in the request of a search.
func (s *Streams) nameSearch(n siteNames, q *search.Search) error {
	if q.Part == authzen.ResourcePart {
		typ, err := n.typeOf("type", q.Request.Resource.Type)
		if err != nil {
			return err
		}
		q.Request.Resource.Type = typ
		if n.Records.Present() && !n.HasType(typ) {
			fmt.Fprintf(s.Err, "the snapshot has nothing of the type %s\n", typ)
		}
	}
	return n.apply(&q.Request, s.Err)
}

// readSearch reads the flags. Two of subject, action and resource must be set.
func readSearch(ctx *cli.Context) (search.Search, error) {
	q := search.Search{Inactive: ctx.Bool("inactive")}
	open := slices.DeleteFunc(slices.Clone(authzen.Parts), func(p authzen.Part) bool { return ctx.IsSet(string(p)) })
	if len(open) != 1 {
		return q, UsageOf(ctx.Command, "give two of --subject, --action and --resource: the third is searched for")
	}
	q.Part = open[0]
	switch isResource := q.Part == authzen.ResourcePart; {
	case isResource != ctx.IsSet("type"):
		return q, UsageOf(ctx.Command, "--type is required in a search for resources, and not allowed in others")
	case q.Part == authzen.SubjectPart && ctx.IsSet("subject-property"):
		return q, UsageOf(ctx.Command, "--subject-property describes one user: name the user with --subject")
	case isResource && ctx.IsSet("properties"):
		return q, UsageOf(ctx.Command, "--properties describes one resource: name it with --resource")
	}
	r := &q.Request
	if err := readSubject(ctx, &r.Subject); err != nil {
		return q, err
	}
	if q.Part != authzen.ActionPart {
		action, err := parseAction(ctx.Command, ctx.String("action"))
		if err != nil {
			return q, err
		}
		r.Action.Name = action.Name()
	}
	if q.Part == authzen.ResourcePart {
		r.Resource.Type = ctx.String("type")
	} else if err := readResource(ctx, &r.Resource); err != nil {
		return q, err
	}
	var err error
	r.Context, err = readSurround(ctx)
	return q, err
}

// searchFormats are the formats of search.
var searchFormats = render.Results(render.Func[*search.Result](foundText))

func foundText(w io.Writer, found *search.Result) error {
	width := 0
	for _, r := range found.Results {
		width = max(width, utf8.RuneCountInString(tabular.Printable(r.ID)))
	}
	var b strings.Builder
	for _, r := range found.Results {
		line := tabular.Printable(r.ID)
		if r.ID != "" && r.Name != "" {
			line += strings.Repeat(" ", width-utf8.RuneCountInString(line)+2)
		}
		b.WriteString(line + tabular.Printable(r.Name) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
