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
	// Schema is schema.Default() where it is nil.
	Schema *schema.Schema
	// Readings are the options of the evaluator for what the language leaves open.
	Readings evaluate.Options
	// Skipped are the rules that were left out because of errors, and
	// Diagnostics, among others, those errors.
	Skipped     []diag.Rule
	Diagnostics diag.List
	// Proposals is how many changes are proposed for a denial at most: 0 means
	// 5, a negative number none.
	Proposals int
	// Projected says that the site holds what the enabled rules read and no
	// more, so that nothing is told of what disabled rules would say.
	Projected bool
	// Notes say what no explanation can know, because of where rules and data come from.
	Notes []string
}

// Explainer explains the decisions of one set of rules about one site. It is
// immutable and safe for concurrent use.
type Explainer struct {
	options   Options
	schema    *schema.Schema
	site      *snapshot.Site
	evaluator *evaluate.Evaluator
	enabled   int // rules
	disabled  []ruleset.Rule
	skipped   []ruleset.Rule
	// ordered returns the entities on record of each type, by name and id.
	ordered map[string]func() []*snapshot.Entity
}

// New returns an explainer of rules, those that are disabled and those that were
// left out because of errors included.
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

// Explain explains the decision of an AuthZEN access evaluation request, given as
// JSON. The error is that of rules which have no meaning for the request.
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
		out.Notes = append(out.Notes, "A bundle holds what its enabled rules read, so it is unknown what disabled rules would say: give RULES and --snapshot instead.")
	}
	if !d.Allow {
		out.Nearest = misses(out.Questions)
	}
	return out, nil
}

// asRead tells the request as far as it was understood.
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
	if directory, user := e.Scalars["userdirectory"], e.Scalars["userid"]; e.Type == "user" && directory+user != "" {
		named.Login = directory + `\` + user
	}
	return named
}
