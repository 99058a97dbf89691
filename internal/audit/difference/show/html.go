package show

import (
	"embed"
	"io"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/page/shell"
)

//go:embed assets
var assets embed.FS

// HTML renders a report as one self-contained page for browsers: the result first, then the
// differences by cause, with filters and search, and the affected users and resources on
// demand. The page has a limited size, whatever the report; it counts what it does not list.
type HTML struct {
	// Title says what was compared.
	Title string
	// Facts describe the input of the page.
	Facts []shell.Fact
	// Limits are the limits of the page; 0 means the default.
	Limits Limits
}

// Limits limit what a page lists. The largest groups come first.
type Limits struct {
	// Groups, Causes, Parts, Members and Rules are the maximum numbers on the whole page;
	// Members are subjects and resources. Rules also limits stale entries.
	Groups, Causes, Parts, Members, Rules int
	// Each is the maximum number of subjects, and of resources, listed for one part.
	Each int
}

var usual = Limits{Groups: 500, Causes: 2_000, Parts: 5_000, Members: 20_000, Rules: 1_000, Each: 100}

// Render writes the page.
func (h HTML) Render(w io.Writer, r *difference.Report) error {
	p := shell.Page{Files: assets, Body: "assets/diff.html", Scripts: []string{"assets/groups.js", "assets/diff.js"}}
	return p.Write(w, h.Title, h.document(r))
}

// document is the content of the page. Strings are short and printable.
type document struct {
	Verdict string `json:"verdict"`
	// Alarm says that a gate is exceeded.
	Alarm    bool      `json:"alarm"`
	Basis    string    `json:"basis"`
	Nouns    [2]string `json:"nouns"` // of subjects and resources
	Gain     figures   `json:"gain"`
	Loss     figures   `json:"loss"`
	Accepted int64     `json:"accepted"`
	Gates    []verdict `json:"gates"`
	Groups   []group   `json:"groups"`
	// AllGroups and AllRules include those that are not listed, and so do the other fields
	// whose names begin with all.
	AllGroups int      `json:"allGroups"`
	Rules     []rule   `json:"rules"`
	AllRules  int      `json:"allRules"`
	Unchanged int      `json:"unchanged"`
	LeftOut   []string `json:"leftOut"`
	Stale     []string `json:"stale"`
	AllStale  int      `json:"allStale"`
	// Facts describe the input of the page.
	Facts []shell.Fact `json:"facts,omitempty"`
}

type verdict struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit"`
}

// figures are cells, subjects and resources.
type figures [3]int64

type group struct {
	Kind      string   `json:"kind"`
	Title     string   `json:"title"`
	Figures   figures  `json:"figures"`
	Said      string   `json:"said"`
	Accepted  int64    `json:"accepted,omitempty"`
	Causes    []reason `json:"causes"`
	AllCauses int      `json:"allCauses"`
	Parts     []part   `json:"parts"`
	AllParts  int      `json:"allParts"`
	Examples  []string `json:"examples"`
}

// reason is a cause, or the change of a rule: in words, with its position and its old and new
// text.
type reason struct {
	Text  string `json:"text"`
	Place string `json:"place,omitempty"`
	// Rule is the number of the rule among those of the page, -1 for one that is not listed.
	Rule int `json:"rule"`
	edit
}

type edit struct {
	Aspect string `json:"aspect,omitempty"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

type part struct {
	Type      string   `json:"type"`
	Action    string   `json:"action"`
	Figures   figures  `json:"figures"`
	Notes     string   `json:"notes,omitempty"`
	Users     []string `json:"users"`
	Resources []string `json:"resources"`
}

type rule struct {
	Name   string `json:"name"`
	ID     string `json:"id"`
	Change string `json:"change"`
	Effect string `json:"effect"`
	// Works says that somebody gains or loses access by it.
	Works    bool   `json:"works"`
	Place    string `json:"place,omitempty"`
	Edits    []edit `json:"edits"`
	AllEdits int    `json:"allEdits"`
	// Old and New are the complete conditions, if they differ as text.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
}
