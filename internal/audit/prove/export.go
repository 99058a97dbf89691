package prove

import (
	"errors"
	"fmt"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/solve"
	"github.com/qlik2rego/qlik2rego/internal/solve/smt"
)

// Script is a question in the format of other solvers.
type Script struct {
	// Name is suitable as a file name, without an extension.
	Name string
	// Text is SMT-LIB. A solver answers sat if there is a counterexample; it contains our
	// answer as the expected status.
	Text string
	// Missing is the reason why there is no script.
	Missing string
}

// export passes a question and its verdict to Input.Export.
func (r *runner) export(w *solve.World, class int, q *question, a ask, right Right, verdict solve.Verdict) error {
	if r.Export == nil {
		return nil
	}
	r.exported++
	s := Script{Name: fmt.Sprintf("%05d-%s-%s-%s", r.exported, slug(q.Name), slug(right.Type), slug(right.Action))}
	text, err := smt.Script(w, class, a.formulas...)
	switch {
	case errors.Is(err, smt.ErrInexpressible):
		s.Missing = err.Error()
	case err != nil:
		return err
	default:
		s.Text = header(q, right, verdict) + text
	}
	return r.Export(s)
}

func header(q *question, right Right, verdict solve.Verdict) string {
	status := map[solve.Verdict]string{solve.Possible: "sat", solve.Impossible: "unsat"}[verdict]
	if status == "" {
		status = "unknown"
	}
	about := strings.NewReplacer("\n", " ", "\r", " ").Replace(fmt.Sprintf("%s: %s on %s (%s:%d)", q.Name, right.Action, right.Type, q.File, q.Line))
	return "; " + about + "\n; sat is a counterexample, unsat a proof; the status is the answer of qlik2rego\n" +
		"(set-info :smt-lib-version 2.6)\n(set-info :status " + status + ")\n"
}

// slug converts text to a part of a file name.
func slug(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case b.Len() >= 40:
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}
