package report

import (
	"io"

	"github.com/qlik2rego/qlik2rego/bench/measure"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// Report contains all figures of a run.
type Report struct {
	// Contenders describes the columns, in their order.
	Contenders []Column `json:"contenders"`
	Tables     []Table  `json:"tables"`
	// Agreed is the number of decisions that were the same for every contender before anything was
	// timed, and Reference is the number of those that the independent evaluator has checked.
	Agreed    int `json:"agreed"`
	Reference int `json:"reference"`
}

// Column is a contender.
type Column struct {
	Name  string `json:"name"`
	About string `json:"about"`
}

// Table contains rows that were measured in turns with each other.
type Table struct {
	Title string `json:"title"`
	Rows  []Row  `json:"rows"`
}

// Row contains the figures of one rule set, site and kind of requests.
type Row struct {
	Rules   string `json:"rules"`
	Apps    int    `json:"apps"`
	Type    string `json:"type"`
	Origin  string `json:"origin"`
	Outcome string `json:"outcome"`
	// Requests is the number of requests that were decided repeatedly.
	Requests int `json:"requests"`
	// Baseline is the time of a decision of the baseline in nanoseconds, and Growth is its ratio to the
	// first row with the same requests.
	Baseline measure.Spread  `json:"baseline_ns"`
	Growth   *measure.Spread `json:"growth,omitempty"`
	// Cells are the ratios of the other contenders' times to the baseline's.
	Cells map[string]Cell `json:"cells"`
}

// Cell is a ratio, or the reason why a contender was left out.
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
