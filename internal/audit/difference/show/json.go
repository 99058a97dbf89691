package show

import (
	"encoding/json"
	"io"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
)

// JSON renders a report for programs, as it is.
type JSON struct{}

// Render writes the report.
func (JSON) Render(w io.Writer, r *difference.Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
