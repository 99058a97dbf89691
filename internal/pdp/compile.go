package pdp

import (
	"cmp"
	"context"
	stdjson "encoding/json"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/filter"
	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
	"github.com/qlik2rego/qlik2rego/internal/pdp/live"
	"github.com/qlik2rego/qlik2rego/internal/pdp/redact"
)

// compilePath is the prefix of the paths of data filters, as in OPA's Compile API. A type and
// an action follow.
const compilePath = "/v1/compile/qlik/"

// Filterer translates the rules of one policy into filters. It is safe for concurrent use.
type Filterer interface {
	// Filter returns a filter, or a FilterError for a request that cannot have one.
	Filter(FilterRequest) (*filter.Report, error)
}

// NewFilterer prepares the filters of a bundle.
type NewFilterer func(*bundles.Bundle) (Filterer, error)

// FilterRequest asks for the resources of a type on which a subject may perform an
// action. Subject and Context are JSON, as in an access evaluation request.
type FilterRequest struct {
	Type, Action     string
	Subject, Context []byte
	// Target is one of filter.Targets.
	Target string
	// Superset allows a wider filter for what the target cannot express; Literals writes values
	// into SQL.
	Superset, Literals bool
}

// FilterError says why there is no filter for a request.
type FilterError struct{ Message string }

// Error implements error.
func (e *FilterError) Error() string { return e.Message }

// The media types of OPA's Compile API with their targets, and our own, which contain the name
// of the target.
var opaMedia = map[string]string{
	"application/vnd.opa.sql.postgresql+json": string(filter.Postgres),
	"application/vnd.opa.sql.sqlserver+json":  string(filter.SQLServer),
	"application/vnd.opa.sql.sqlite+json":     string(filter.SQLite),
	"application/vnd.opa.ucast.all+json":      "ucast",
	"application/vnd.opa.ucast.prisma+json":   "ucast",
}

const multiMedia = "application/vnd.opa.multitarget+json"

// dialects are the targets of multiMedia with the names of their results.
var dialects = map[string][2]string{
	"sql+postgresql": {string(filter.Postgres), "postgresql"},
	"sql+sqlserver":  {string(filter.SQLServer), "sqlserver"},
	"sql+sqlite":     {string(filter.SQLite), "sqlite"},
	"ucast+all":      {"ucast", "ucast"},
	"ucast+prisma":   {"ucast", "ucast"},
}

func ownMedia(target string) string { return "application/vnd.qlik2rego." + target + "+json" }

// typed is an answer with its own media type.
type typed struct {
	media string
	value any
}

// compileRoute is the route of a path of data filters.
func compileRoute(path string) (route, bool) {
	typ, action, ok := strings.Cut(strings.TrimPrefix(path, compilePath), "/")
	if !ok || typ == "" || action == "" || strings.Contains(action, "/") {
		return route{}, false
	}
	return route{name: "compile", method: http.MethodPost, needs: callers.Search, ask: func(c *call) answerer { return c.compile(typ, action) }}, true
}

// compile answers with the filter of a subject.
func (c *call) compile(typ, action string) answerer {
	return func(ctx context.Context, o ast.Object) (any, error) {
		media, err := acceptedMedia(c.accept)
		if err != nil {
			return nil, err
		}
		q := FilterRequest{Type: typ, Action: action}
		options, err := q.read(o)
		if err != nil {
			return nil, err
		}
		f, err := c.filterer(ctx)
		if err != nil {
			return nil, err
		}
		asked := &filtering{c, f, o, q}
		if media == multiMedia {
			return asked.multi(options)
		}
		if target, ok := opaMedia[media]; ok {
			one, err := asked.opa(target)
			return typed{media, map[string]any{"result": one}}, err
		}
		report, err := asked.report(targetOf(media), false)
		return typed{media, map[string]any{"result": report}}, err
	}
}

// filtering is the state of a request for filters.
type filtering struct {
	*call
	f     Filterer
	input ast.Object
	q     FilterRequest
}

// report returns the filter for a target, and logs the answer.
func (a *filtering) report(target string, literals bool) (*filter.Report, error) {
	q := a.q
	q.Target, q.Literals = target, literals
	report, err := a.f.Filter(q)
	var none *FilterError
	switch {
	case errors.As(err, &none):
		return nil, bad("%s", none.Message)
	case err != nil:
		return nil, err
	}
	a.journal.filtered(a.input, q, report)
	return report, nil
}

// acceptedMedia returns the media type of the answer.
func acceptedMedia(accept []string) (string, error) {
	if len(accept) == 1 {
		if media, _, err := mime.ParseMediaType(accept[0]); err == nil && (opaMedia[media] != "" || media == multiMedia || targetOf(media) != "") {
			return media, nil
		}
	}
	return "", bad("Accept must be one of %s", strings.Join(compileMedia(), ", "))
}

func targetOf(media string) string {
	for _, target := range filter.Targets {
		if media == ownMedia(target) {
			return target
		}
	}
	return ""
}

// compileMedia are all media types of filters.
func compileMedia() []string {
	list := []string{multiMedia}
	for media := range opaMedia {
		list = append(list, media)
	}
	for _, target := range filter.Targets {
		list = append(list, ownMedia(target))
	}
	slices.Sort(list)
	return list
}

// read parses subject, context and options from a request in the form of OPA's API.
func (q *FilterRequest) read(o ast.Object) (options ast.Object, err error) {
	input, err := member(o, "input", "input")
	if err != nil {
		return nil, err
	}
	s, err := subject.of(input)
	if err != nil {
		return nil, err
	}
	about, err := optional(input, contextKey, "input.context")
	if err != nil {
		return nil, err
	}
	if text(ast.NewTerm(input), action.key, nameKey) != "" && text(ast.NewTerm(input), action.key, nameKey) != q.Action ||
		text(ast.NewTerm(input), resource.key, typeKey) != "" && text(ast.NewTerm(input), resource.key, typeKey) != q.Type {
		return nil, bad("input.action and input.resource say something else than the path, which counts")
	}
	if q.Subject, err = jsonOf(s); err != nil {
		return nil, err
	}
	if about != nil {
		if q.Context, err = jsonOf(about); err != nil {
			return nil, err
		}
	}
	found, err := optional(o, optionsKey, "options")
	if err != nil || found == nil {
		return ast.NewObject(), err
	}
	options = found.Value.(ast.Object)
	for _, name := range []string{"targetSQLTableMappings", "maskRule"} {
		if options.Get(term(name)) != nil {
			return nil, bad("options.%s is not supported: tables and columns come from --filter-mapping, and there are no masks", name)
		}
	}
	if t := options.Get(term("superset")); t != nil {
		superset, ok := t.Value.(ast.Boolean)
		if !ok {
			return nil, bad("options.superset must be a boolean, not %s", kind(t.Value))
		}
		q.Superset = bool(superset)
	}
	return options, nil
}

// jsonOf returns a term as JSON, which String does not.
func jsonOf(t *ast.Term) ([]byte, error) {
	v, err := ast.JSON(t.Value)
	if err != nil {
		return nil, err
	}
	return stdjson.Marshal(v)
}

// member returns an object that must be present.
func member(of ast.Object, key, name string) (ast.Object, error) {
	t, err := optional(of, term(key), name)
	switch {
	case err != nil:
		return nil, err
	case t == nil:
		return nil, bad("%s is missing", name)
	}
	return t.Value.(ast.Object), nil
}

// opaResult is a filter in OPA's form. OPA has no query for nothing and an empty one for
// everything; here it is always a condition.
type opaResult struct {
	Query any `json:"query"`
}

// opa returns a filter in OPA's form, which is exact and has its values in the text.
func (a *filtering) opa(target string) (*opaResult, error) {
	if a.q.Superset {
		return nil, bad("options.superset needs a media type whose answer says that it is not exact, such as %s", ownMedia(target))
	}
	report, err := a.report(target, true)
	switch {
	case err != nil:
		return nil, err
	case report.Query != nil:
		return &opaResult{report.Query}, nil
	}
	return &opaResult{"WHERE " + report.SQL}, nil
}

// multi answers for several targets.
func (a *filtering) multi(options ast.Object) (any, error) {
	t := options.Get(term("targetDialects"))
	list, ok := cmp.Or(t, ast.NullTerm()).Value.(*ast.Array)
	if !ok || list.Len() == 0 || list.Len() > len(dialects) {
		return nil, bad("options.targetDialects must be a list such as [\"sql+postgresql\", \"ucast+all\"]")
	}
	results := map[string]*opaResult{}
	for i := range list.Len() {
		name, _ := list.Elem(i).Value.(ast.String)
		target, ok := dialects[string(name)]
		if !ok {
			return nil, bad("options.targetDialects has %.40q, which is not supported", string(name))
		}
		one, err := a.opa(target[0])
		if err != nil {
			return nil, err
		}
		results[target[1]] = one
	}
	return typed{multiMedia, map[string]any{"result": results}}, nil
}

// filterers prepares the filters of the current policy once.
type filterers struct {
	prepare NewFilterer

	mu      sync.Mutex
	current *filtersOf
}

type filtersOf struct {
	policy *live.Policy
	done   chan struct{}
	f      Filterer
	err    error
}

// of returns the filters of a policy. It waits for them until the context ends; preparing them
// continues after that.
func (all *filterers) of(ctx context.Context, p *live.Policy) (Filterer, error) {
	all.mu.Lock()
	one := all.current
	if one == nil || one.policy != p {
		one = &filtersOf{policy: p, done: make(chan struct{})}
		all.current = one
		go func() {
			defer close(one.done)
			one.err = unpanicked(context.WithoutCancel(ctx), func(context.Context) (err error) {
				one.f, err = all.prepare(p.Bundle())
				return err
			})
		}()
	}
	all.mu.Unlock()
	select {
	case <-one.done:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if one.err != nil {
		return nil, &refusal{Status: http.StatusNotFound, Message: "the policy has no filters: " + redact.Text(one.err.Error())}
	}
	return one.f, nil
}

// marshal returns an answer as JSON, with its media type.
func marshal(answer any) (media string, text []byte, err error) {
	media = jsonMedia
	if t, ok := answer.(typed); ok {
		media, answer = t.media, t.value
	}
	if own, ok := answer.(appender); ok {
		text, err = own.appendJSON(make([]byte, 0, answerSize))
		return media, text, err
	}
	text, err = json.Marshal(answer, json.Deterministic(true))
	return media, text, err
}
