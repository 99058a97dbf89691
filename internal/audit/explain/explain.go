package explain

import (
	"slices"
	"sync"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// Options are the settings of an Explainer.
type Options struct {
	// Schema is the table of resource types; nil means schema.Default().
	Schema *schema.Schema
	// Readings are the evaluator's interpretations of the language's open points.
	Readings evaluate.Options
	// Skipped are the rules that were left out because of errors. Diagnostics includes these
	// errors.
	Skipped     []diag.Rule
	Diagnostics diag.List
	// Proposals is the maximum number of proposed changes for a denial: 0 means 5, a negative
	// number none.
	Proposals int
	// Projected says that the site only has the data that enabled rules read, so that the
	// result of disabled rules is unknown.
	Projected bool
	// Notes list what no explanation can know because of the sources of rules and data.
	Notes []string
}

// Explainer explains the decisions of one set of rules about one site. It is
// immutable and safe for concurrent use.
type Explainer struct {
	options   Options
	schema    *schema.Schema
	site      *snapshot.Site
	evaluator *evaluate.Evaluator
	enabled   int // number of rules
	disabled  []ruleset.Rule
	skipped   []ruleset.Rule
	// ordered returns the existing entities of each type, by name and id.
	ordered map[string]func() []*snapshot.Entity
}

// New returns an explainer for rules, including disabled ones and those that were left out
// because of errors.
func New(rules []ruleset.Rule, site *snapshot.Site, options Options) *Explainer {
	x := &Explainer{options: options, schema: options.Schema, site: site, ordered: map[string]func() []*snapshot.Entity{}}
	if x.schema == nil {
		x.schema = schema.Default()
	}
	if x.options.Proposals == 0 {
		x.options.Proposals = 5
	}
	for typeKey, records := range site.Records {
		x.ordered[typeKey] = sync.OnceValue(func() []*snapshot.Entity { return inOrder(records) })
	}
	var valid []ruleset.Rule
	for _, r := range rules {
		switch {
		case slices.Contains(options.Skipped, diag.Rule{ID: r.ID, Name: r.Name}):
			x.skipped = append(x.skipped, r)
		case r.Category != ruleset.Security:
			// It decides about licences or load balancing.
		case r.Disabled:
			x.disabled = append(x.disabled, r)
		default:
			valid = append(valid, r)
		}
	}
	x.enabled = len(valid)
	readings := options.Readings
	readings.Schema = x.schema
	x.evaluator, _ = evaluate.New(valid, site, readings)
	return x
}

// Explain explains the decision of an AuthZEN access evaluation request, given as JSON. It
// returns an error for rules that have no meaning for the request.
func (x *Explainer) Explain(request []byte) (*Explanation, error) {
	trace := x.evaluator.Trace(x.evaluator.Read(request))
	q, d := trace.Question, trace.Decision
	if d.Err != nil {
		return nil, d.Err
	}
	out := &Explanation{
		Allow: d.Allow, Reason: d.Reason, GrantedBy: append([]string{}, d.GrantedBy...),
		Request: x.asRead(request, q), Notes: slices.Clone(x.options.Notes),
	}
	if !q.HasAction || q.Reason != "" {
		out.Faults = x.faults(request)
		return out, nil
	}
	b := builder{Explainer: x, trace: trace, out: out, numbers: map[asked]int{}}
	b.question(asked{q.Resource, q.Action})
	if !d.Allow {
		out.Proposals, out.Tried = x.propose(trace)
	}
	b.sort(out.Proposals)
	out.Inactive = x.inactive(b)
	if x.options.Projected && len(x.disabled) > 0 {
		out.Notes = append(out.Notes, "A bundle contains only what its enabled rules read, so disabled rules are not explained: use RULES and --snapshot instead.")
	}
	if !d.Allow {
		out.Nearest = misses(out.Questions)
	}
	return out, nil
}

// asRead returns the request as parsed.
func (x *Explainer) asRead(request []byte, q evaluate.Question) Request {
	r := raw(request)
	out := Request{
		Subject:  Entity{Type: "User", ID: r.Subject.ID, Login: r.Subject.ID},
		Action:   r.Action.Name,
		Resource: Entity{Type: r.Resource.Type, ID: r.Resource.ID},
	}
	if q.Reason == "" && q.Subject != nil {
		out.Subject, out.Resource = entity(q.Subject), entity(q.Resource)
		out.Context, out.Environment = q.Context, q.Environment
	}
	if q.HasAction && q.Reason == "" {
		out.Action = q.Action.Name()
	}
	return out
}

// entity names an entity.
func entity(e *snapshot.Entity) Entity {
	named := Entity{Type: e.TypeName, ID: e.ID, Name: e.Scalars["name"], OnRecord: e.Recorded, File: e.File}
	if e.Type == "user" {
		named.Login = e.Login()
	}
	return named
}
