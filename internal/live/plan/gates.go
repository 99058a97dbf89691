package plan

import (
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
)

// DefaultGates are the gains that nobody should make without a word: the rights by which a
// user gives themselves more rights.
var DefaultGates = []string{
	"gain:changerole", "gain:changeowner", "gain:create:SystemRule", "gain:update:SystemRule", "gain:update:User", "gain:update:UserDirectory", "gain:update:VirtualProxyConfig",
}

// anonymousGate is the gate for users who have not logged in.
const anonymousGate = "gain by anonymous users"

// gate decides the gates on a report.
func (p *Plan) gate(r *difference.Report, gates []difference.Gate, anonymous bool) {
	r.Judge(gates)
	for _, g := range r.Gates {
		p.Gates = append(p.Gates, Gate{g.Spec, g.Cells, g.Hit})
	}
	if anonymous {
		n := anonymousGains(r)
		p.Gates = append(p.Gates, Gate{anonymousGate, n, n > 0})
	}
}

// anonymousGains counts the parts of gains that anonymous users have.
func anonymousGains(r *difference.Report) int64 {
	var n int64
	for i, g := range r.Groups {
		if g.Kind != difference.Gain {
			continue
		}
		for j := range g.Parts {
			users, _ := r.Members(i, j, 1<<20)
			for _, u := range users {
				if strings.HasPrefix(strings.ToUpper(u.ID), `NONE\`) {
					n++
					break
				}
			}
		}
	}
	return n
}
