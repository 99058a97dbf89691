package show

import (
	"embed"
	"io"

	"github.com/qlik2rego/qlik2rego/internal/audit/difference"
	"github.com/qlik2rego/qlik2rego/internal/audit/page/shell"
)

//go:embed assets
var assets embed.FS

// HTML renders a report as one page for browsers that needs nothing else: what it comes
// to first, the differences by cause to filter and search, whom and what they concern on
// demand. The page is bounded, whatever the report; it counts what it does not list.
type HTML struct {
	// Title says what was compared.
	Title string
	// Facts say what the page was made from.
	Facts []shell.Fact
	// Limits are those of the page; where one is 0 the usual holds.
	Limits Limits
}

// Limits bound what a page lists. The biggest groups come first.
type Limits struct {
	// Groups, Causes, Parts, Members and Rules bound how many of them the whole page
	// lists; Members are subjects and resources. Rules holds for stale entries too.
	Groups, Causes, Parts, Members, Rules int
	// Each bounds the subjects, and the resources, that are listed of one part.
	Each int
}

var usual = Limits{Groups: 500, Causes: 2_000, Parts: 5_000, Members: 20_000, Rules: 1_000, Each: 100}

// Render writes the page.
func (h HTML) Render(w io.Writer, r *difference.Report) error {
	p := shell.Page{Files: assets, Body: "assets/diff.html", Scripts: []string{"assets/groups.js", "assets/diff.js"}}
	return p.Write(w, h.Title, h.document(r))
}

// document is all that the page knows, in words. Texts are short and printable.
type document struct {
	Verdict string `json:"verdict"`
	// Alarm says that a gate is hit.
	Alarm    bool      `json:"alarm"`
	Basis    string    `json:"basis"`
	Nouns    [2]string `json:"nouns"` // of subjects and resources
	Gain     figures   `json:"gain"`
	Loss     figures   `json:"loss"`
	Accepted int64     `json:"accepted"`
	Gates    []verdict `json:"gates"`
	Groups   []group   `json:"groups"`
	// AllGroups and AllRules count those that are not listed too, as do the names that
	// begin with all below.
	AllGroups int      `json:"allGroups"`
	Rules     []rule   `json:"rules"`
	AllRules  int      `json:"allRules"`
	Unchanged int      `json:"unchanged"`
	LeftOut   []string `json:"leftOut"`
	Stale     []string `json:"stale"`
	AllStale  int      `json:"allStale"`
	// Facts say what the page was made from.
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

// reason is a cause, or what became of a rule: in words, where it stands, and what stood
// there before and after.
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
	// Works says that somebody gains or loses by it.
	Works    bool   `json:"works"`
	Place    string `json:"place,omitempty"`
	Edits    []edit `json:"edits"`
	AllEdits int    `json:"allEdits"`
	// Old and New are the whole conditions, where they differ as texts.
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
}
