package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/engine"
	"github.com/qlik2rego/qlik2rego/internal/render"
	"github.com/qlik2rego/qlik2rego/internal/tabular"
)

// decided is a decision. JSON has it unchanged; text adds the names of the rules, the user and the
// resource.
type decided struct {
	engine.Decision
	request []byte
	by      *deciding
}

// decisionFormats are the formats of eval.
func (s *Streams) decisionFormats() render.Formats[decided] {
	return render.Results(render.Func[decided](s.decisionText))
}

// Decision writes a decision. For a denial it returns the exit code ExitNo.
func (s *Streams) Decision(d decided) error {
	if err := s.decisionFormats().Render(s.Format, s.Out, d); err != nil {
		return err
	}
	if !d.Allow {
		return No()
	}
	return nil
}

func (s *Streams) decisionText(w io.Writer, d decided) error {
	by := d.by
	var r authzen.Request
	_ = json.Unmarshal(d.request, &r) // an invalid request has empty names
	var b strings.Builder
	verdict, may := s.paint(red, "denied"), "may not"
	if d.Allow {
		verdict, may = s.paint(green, "allowed"), "may"
	}
	if d.Reason == engine.InvalidRequest {
		fmt.Fprintf(&b, "%s: not a valid request\n", verdict)
	} else {
		fmt.Fprintf(&b, "%s: %s %s %s %s\n", verdict, by.names.showSubject(r.Subject.ID), may, tabular.Printable(cmp.Or(by.verb, r.Action.Name)), by.names.showResource(r.Resource.Type, r.Resource.ID))
	}
	fmt.Fprintf(&b, "reason: %s (%s)\n", d.Reason, reasons[d.Reason])
	if len(d.GrantedBy) > 0 {
		b.WriteString("granted by:\n")
	}
	for _, id := range d.GrantedBy {
		fmt.Fprintf(&b, "  %s %s\n", tabular.Printable(by.ruleName(id)), s.paint(faint, "("+tabular.Printable(id)+")"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// showSubject formats a subject: the login and, if it is known, the name.
func (n siteNames) showSubject(id string) string {
	r, ok := n.User(id)
	switch {
	case !ok:
		return tabular.Printable(id)
	case r.Name == "":
		return tabular.Printable(r.Subject())
	}
	return fmt.Sprintf("%s (%s)", tabular.Printable(r.Subject()), tabular.Printable(r.Name))
}

// showResource formats a resource: the name, if it is known, and the id.
func (n siteNames) showResource(typ, id string) string {
	if r, ok := n.Records.Find(typ, id); ok && r.Name != "" {
		return fmt.Sprintf("%s %q (%s)", tabular.Printable(typ), tabular.Printable(r.Name), tabular.Printable(id))
	}
	return tabular.Printable(typ) + " " + tabular.Printable(id)
}

var reasons = map[string]string{
	engine.Granted:         "a rule grants it",
	engine.NoRule:          "no rule grants it",
	engine.UnknownSubject:  "the subject is not in the snapshot, not anonymous and not described",
	engine.UnknownResource: "the resource is not in the snapshot and not described",
	engine.InvalidRequest:  "a part of the request is missing, of the wrong type or, as an action or a request context, unknown",
}

// printableLines applies tabular.Printable to each line of a message, which may contain
// untrusted names and paths.
func printableLines(message string) string {
	lines := strings.Split(message, "\n")
	for i, line := range lines {
		lines[i] = tabular.Printable(line)
	}
	return strings.Join(lines, "\n")
}
