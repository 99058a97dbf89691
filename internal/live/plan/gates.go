package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// DefaultGates stop plans that need a second look: gains of rights by which users can give
// themselves more rights, losses for most users, and new errors.
var DefaultGates = []string{
	"gain:changerole", "gain:changeowner", "gain:create:SystemRule", "gain:update:SystemRule", "gain:update:User", "gain:update:UserDirectory", "gain:update:VirtualProxyConfig",
	"loss:read:App=50%", "empty-hub=50%", "lint:error",
}

// anonymousGate is the gate for users who have not logged in.
const anonymousGate = "gain of anonymous users"

// The gates of plans in addition to those of diff.
const (
	emptyHub = "empty-hub"
	newLints = "lint"
	unproved = "assertion"
)

// GateSpec is a limit that blocks a plan, as written.
type GateSpec struct {
	Spec string
	// scope is what the gate counts. A later gate of the same scope replaces an earlier one.
	scope string
	// access is a gate of diff, nil for the others.
	access  *difference.Gate
	limit   int64
	percent bool
	// severity is the lowest severity that counts.
	severity diag.Severity
}

// ParseGate parses a gate: one of diff, or empty-hub[=LIMIT], lint[:SEVERITY], or assertion.
func ParseGate(spec string) (GateSpec, error) {
	body, limit, limited := strings.Cut(spec, "=")
	kind, more, _ := strings.Cut(body, ":")
	g := GateSpec{Spec: spec, scope: strings.ToLower(kind)}
	switch g.scope {
	case emptyHub:
		if more != "" {
			return g, errors.New("empty-hub has only a limit: empty-hub=10 or empty-hub=5%")
		}
		var err error
		if limited {
			g.limit, g.percent, err = difference.ParseLimit(limit)
		}
		return g, err
	case newLints:
		severities := map[string]diag.Severity{"": diag.Warning, "error": diag.Error, "warning": diag.Warning, "info": diag.Info}
		var known bool
		if g.severity, known = severities[strings.ToLower(more)]; !known || limited {
			return g, fmt.Errorf("%q is not a gate of lints: lint, lint:error, lint:warning or lint:info", spec)
		}
		return g, nil
	case unproved:
		if more != "" || limited {
			return g, errors.New("the gate assertion has no limit")
		}
		return g, nil
	}
	access, err := difference.ParseGate(spec)
	g.access, g.scope = &access, access.Scope()
	return g, err
}

// gatesOf returns the gates of a plan. Gates from the options override those of the site, which
// override the default ones, if they have the same scope.
func gatesOf(site []string, o Options) ([]GateSpec, error) {
	var all []GateSpec
	add := func(g GateSpec) {
		all = append(slices.DeleteFunc(all, func(known GateSpec) bool { return known.scope == g.scope }), g)
	}
	specs := slices.Clone(DefaultGates)
	if o.NoDefaultGates {
		specs = nil
	}
	for _, spec := range append(specs, site...) {
		g, err := ParseGate(spec)
		if err != nil {
			return nil, fmt.Errorf("gates of the site in sites.yaml: %w", err)
		}
		add(g)
	}
	for _, g := range o.Gates {
		add(g)
	}
	return all, nil
}

// hit adds the result of a gate.
func (p *Plan) hit(gate string, n int64, hit bool, says string) {
	p.Gates = append(p.Gates, Gate{Gate: gate, Cells: n, Hit: hit, Says: says})
}

// AccessGates decides the default gates that count rights, and the one for anonymous users, for
// an effect that does not belong to a plan.
func AccessGates(r *difference.Report) ([]Gate, error) {
	gates, err := gatesOf(nil, Options{})
	if err != nil {
		return nil, err
	}
	p := &Plan{Gates: []Gate{}}
	p.accessGates(r, gates, true)
	return p.Gates, nil
}

// accessGates decides the gates of diff, and the one for anonymous users.
func (p *Plan) accessGates(r *difference.Report, gates []GateSpec, anonymous bool) {
	var list []difference.Gate
	for _, g := range gates {
		if g.access != nil {
			list = append(list, *g.access)
		}
	}
	r.Judge(list)
	for _, g := range r.Gates {
		says := fmt.Sprintf("%d rights, at most %d", g.Cells, g.Limit)
		if g.Percent {
			says = fmt.Sprintf("%d of %d users, at most %d%%", g.Users, g.Of, g.Limit)
		}
		p.hit(g.Spec, g.Cells, g.Hit, says)
	}
	if anonymous {
		n := anonymousGains(r)
		p.hit(anonymousGate, n, n > 0, fmt.Sprintf("%d kinds of rights, at most 0", n))
	}
}

// anonymousGains counts the parts of gains that apply to anonymous users.
func anonymousGains(r *difference.Report) int64 {
	var n int64
	for i, g := range r.Groups {
		if g.Kind != difference.Gain {
			continue
		}
		for j := range g.Parts {
			users, _ := r.Members(i, j, 1<<20)
			if slices.ContainsFunc(users, func(u difference.Member) bool { return strings.HasPrefix(strings.ToUpper(u.ID), `NONE\`) }) {
				n++
			}
		}
	}
	return n
}
