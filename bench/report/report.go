package report

import (
	"io"

	"github.com/qlik2rego/qlik2rego/bench/measure"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// Report is all figures of a run.
type Report struct {
	// Contenders explains the columns, in their order.
	Contenders []Column `json:"contenders"`
	Tables     []Table  `json:"tables"`
	// Agreed is the number of decisions that every contender made alike before
	// anything was timed, Reference how many of them the reference made too.
	Agreed    int `json:"agreed"`
	Reference int `json:"reference"`
}

// Column is a contender.
type Column struct {
	Name  string `json:"name"`
	About string `json:"about"`
}

// Table holds rows that were measured in turns with each other.
type Table struct {
	Title string `json:"title"`
	Rows  []Row  `json:"rows"`
}

// Row is the figures of one rule set, site and kind of requests.
type Row struct {
	Rules   string `json:"rules"`
	Apps    int    `json:"apps"`
	Type    string `json:"type"`
	Origin  string `json:"origin"`
	Outcome string `json:"outcome"`
	// Requests is how many requests were decided again and again.
	Requests int `json:"requests"`
	// Baseline is the time of a decision by the baseline, in nanoseconds, and
	// Growth that time in units of the first row with the same requests.
	Baseline measure.Spread  `json:"baseline_ns"`
	Growth   *measure.Spread `json:"growth,omitempty"`
	// Cells are the times of the other contenders in units of the baseline's.
	Cells map[string]Cell `json:"cells"`
}

// Cell is a ratio or, where a contender was left out, why.
type Cell struct {
	Ratio   *measure.Spread `json:"ratio,omitempty"`
	LeftOut string          `json:"left_out,omitempty"`
}

// Formats are the formats of reports.
func Formats() render.Formats[*Report] {
	return render.Results(as(text{})).With(render.Markdown, as(markdown{}))
}

func as(s style) render.Renderer[*Report] {
	return render.Func[*Report](func(w io.Writer, r *Report) error { return r.tables(w, s) })
}
