package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
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

// search is a part to search for, and the request that gets each candidate.
type search struct {
	request Request
	// part is subject, action or resource.
	part string
}

// Found is one result of a search: a subject or a resource with its name in the data or, without an
// ID, an action.
type Found struct {
	Type string `json:"type,omitempty"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// foundReport is the JSON of a search: the response of the decision point to the same search, without
// pages but with names.
type foundReport struct {
	Results []Found `json:"results"`
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
	n := bundleNaming(ctx, b, c)
	if err := q.name(n, s.Err); err != nil {
		return err
	}
	progress := s.Progress(ctx)
	if user, ok := q.known(&b.Data); ok {
		results, err := q.resources(ctx.Context, b, user, progress)
		if err != nil {
			return err
		}
		return s.found(n, results, engine.NoRule)
	}
	p, err := engine.NewEntryPoint(ctx.Context, b, engine.QlikEntryPoint, engine.Batch(ctx.Context))
	if err != nil {
		return Input(err)
	}
	candidates, _ := q.candidates(p)
	progress.Start("searching", int64(len(candidates)))
	results, reason, err := q.find(ctx.Context, p, candidates, func(n int) { progress.Add(int64(n)) })
	progress.Done()
	if err != nil {
		return err
	}
	if q.part == "subject" && !ctx.Bool("inactive") {
		all := len(results)
		results = slices.DeleteFunc(results, func(f Found) bool { return n.whyInactive(f.ID) != "" })
		if note := leftOut(all - len(results)); note != "" {
			fmt.Fprintln(s.Err, note)
		}
	}
	return s.found(n, results, reason)
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
			workspace.KeepNames(c.Policy.View, namedTypes(c))
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

// name resolves the names in the request.
func (q *search) name(n naming, stderr io.Writer) error {
	if q.part == "resource" {
		typ, err := n.typeOf("type", q.request.Resource.Type, "")
		if err != nil {
			return err
		}
		q.request.Resource.Type = typ
		if n.in.hasSite() && !n.hasType(typ) {
			fmt.Fprintf(stderr, "the snapshot has nothing of the type %s\n", typ)
		}
	}
	return n.apply(&q.request, stderr)
}

// readSearch reads the flags. Two of subject, action and resource must be set.
func readSearch(ctx *cli.Context) (search, error) {
	var q search
	var missing []string
	for _, name := range requestFlags {
		if !ctx.IsSet(name) {
			missing = append(missing, name)
		}
	}
	if len(missing) != 1 {
		return q, UsageOf(ctx.Command, "give two of --subject, --action and --resource: the third is searched for")
	}
	q.part = missing[0]
	switch isResource := q.part == "resource"; {
	case isResource != ctx.IsSet("type"):
		return q, UsageOf(ctx.Command, "--type goes with a search for resources, which needs it")
	case q.part == "subject" && ctx.IsSet("subject-property"):
		return q, UsageOf(ctx.Command, "--subject-property describes one user: name the user with --subject")
	case isResource && ctx.IsSet("properties"):
		return q, UsageOf(ctx.Command, "--properties describes one resource: name it with --resource")
	}
	if err := readSubject(ctx, &q.request.Subject); err != nil {
		return q, err
	}
	if q.part != "action" {
		action, err := parseAction(ctx.Command, ctx.String("action"))
		if err != nil {
			return q, err
		}
		q.request.Action.Name = action.Name()
	}
	if q.part == "resource" {
		q.request.Resource.Type = ctx.String("type")
	} else if err := readResource(ctx, &q.request.Resource); err != nil {
		return q, err
	}
	var err error
	q.request.Context, err = readSurround(ctx)
	return q, err
}

// found writes the results of a search. If there are none because the request names something
// unknown, it writes the reason to standard error.
func (s *Streams) found(n naming, results []Found, reason string) error {
	if len(results) == 0 && reason != "" && reason != engine.NoRule {
		if _, err := fmt.Fprintf(s.Err, "nothing was found: %s\n", reasons[reason]); err != nil {
			return err
		}
	}
	for i := range results {
		results[i] = n.found(results[i])
	}
	return searchFormats.Render(s.Format, s.Out, foundReport{results})
}

// searchFormats are the formats of search.
var searchFormats = render.Results(render.Func[foundReport](foundText))

func foundText(w io.Writer, found foundReport) error {
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

// found returns a result with the spelling and the name in the data.
func (n naming) found(f Found) Found {
	if f.ID == "" {
		return f
	}
	r, ok := n.in.find(f.Type, f.ID)
	if f.Type == "user" {
		if byLogin, isLogin := n.in.user(f.ID); isLogin {
			r, ok, f.ID = byLogin, true, byLogin.Login
		}
	}
	if ok {
		f.Name = r.Name
	}
	return f
}
