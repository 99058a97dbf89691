package resolve

import (
	"fmt"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// sent are the session attributes that Qlik documents (D). Any others are sent by the site's
// login module.
var sent = []string{"os", "device", "browser", "ip", "context", "requestType", "secureRequest"}

// DocumentedSession returns the attributes of user.environment that Qlik documents.
func DocumentedSession() []string { return slices.Clone(sent) }

// notMisspelt are directory attributes that sites have, although their names are similar to
// those of properties.
var notMisspelt = map[string]bool{"role": true, "mail": true, "uid": true, "title": true}

// names warns about names that are allowed but probably misspelt: attributes of the subject and
// of the session that are similar to standard ones.
func (r *report) names(p *condition.Path) {
	if p.Root != "user" || len(p.Segments) == 0 || p.Segments[0].Custom {
		return
	}
	s, what, candidates := p.Segments[0], "attribute", []string{"name", "userId", "userDirectory", "userDirectoryConnectorName", "roles", "environment"}
	if isEnvironment(s) {
		if len(p.Segments) != 2 || p.Segments[1].Custom {
			return
		}
		s, what, candidates = p.Segments[1], "session attribute", sent
	}
	name := fold(s.Name)
	if len(name) < 4 || notMisspelt[name] {
		return
	}
	for _, c := range candidates {
		if fold(c) == name {
			return
		}
	}
	near, ok := diag.Suggest(s.Name, candidates)
	if !ok || len(near) < 4 {
		return
	}
	r.add(codeNearAttribute, diag.Warning, s.Range, fmt.Sprintf("%s is read as the %s of that name", r.source(p.Range), what),
		r.always(p, "If no user has it, it is always empty"),
		&diag.Fix{Message: fmt.Sprintf("did you mean %s?", near), Range: s.Range, Replacement: near})
}

// The contexts that requests have (D).
const (
	appAccess        = "AppAccess"
	managementAccess = "ManagementAccess"
)

// requestContext warns about a comparison of user.environment.context with a value that no
// request has.
func (r *report) requestContext(c *condition.Comparison) {
	for _, pair := range [][2]condition.Operand{{c.Left, c.Right}, {c.Right, c.Left}} {
		p, isPath := pair[0].(*condition.Path)
		text, isText := pair[1].(*condition.String)
		if !isPath || !isText || p.Root != "user" || len(p.Segments) != 2 || !isEnvironment(p.Segments[0]) || p.Segments[1].Custom || fold(p.Segments[1].Name) != "context" {
			continue
		}
		switch c.Op {
		case condition.Equal, condition.NotEqual, condition.ExactEqual, condition.ExactNotEqual:
			r.contextText(text)
		case condition.Like, condition.Matches:
		}
	}
}

func (r *report) contextText(text *condition.String) {
	if v := fold(text.Value); v == fold(appAccess) || v == fold(managementAccess) {
		return
	}
	names := []string{appAccess, managementAccess}
	meant, ok := diag.Suggest(text.Value, names)
	switch fold(text.Value) {
	case "hub":
		meant, ok = appAccess, true
	case "qmc":
		meant, ok = managementAccess, true
	}
	var fix *diag.Fix
	if ok {
		fix = &diag.Fix{Message: fmt.Sprintf("did you mean %q?", meant), Range: text.Range, Replacement: `"` + meant + `"`}
	}
	r.add(codeRequestContext, diag.Warning, text.Range, fmt.Sprintf("there is no request context %q", text.Value),
		"The context is AppAccess for requests from the hub and ManagementAccess for those from the QMC, without a space.", fix)
}
