package page

import (
	"github.com/qlik2rego/qlik2rego/internal/audit/assume"
	"github.com/qlik2rego/qlik2rego/internal/audit/page/shell"
)

// Document is all that a page knows. The same audit gives the same document.
type Document struct {
	Title string `json:"title"`
	// LeftOut is how many users are not on the page because they do not log in.
	LeftOut int `json:"leftOut,omitempty"`
	// Assumptions say what depends on assumptions, nil if that was not compared.
	Assumptions *assume.Report `json:"assumptions,omitempty"`
	// Facts say what the page was made from: rules, snapshot, options, version.
	Facts []shell.Fact `json:"facts,omitempty"`
	// Explain is how a command line begins that explains a single request.
	Explain []string `json:"explain"`
	Actions []Action `json:"actions"`
	Rules   []Rule   `json:"rules"`
	// Subjects and Types name everyone and everything; all other fields count them
	// from 0 in this order.
	Subjects Entities `json:"subjects"`
	Types    []Type   `json:"types"`
	// Tests are those of the rules, Texts the values that entities have for them.
	Tests []Test   `json:"tests"`
	Texts []string `json:"texts"`
	// Attributes are properties that subjects are counted by.
	Attributes []Attribute `json:"attributes"`
	// Contexts hold the decisions, one for each context that was asked about.
	Contexts []Context `json:"contexts"`
	// Categories are License and Sync rules, as far as the export has any (AddCategory).
	Categories []*Category `json:"categories,omitempty"`
}

// Action is an action of the question: its name, and its bit in masks.
type Action struct {
	Name string `json:"name"`
	Bit  uint32 `json:"bit"`
}

// Rule is a rule of the bundle, whether or not it can grant.
type Rule struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Category  string   `json:"category"`
	Filter    string   `json:"filter"`
	Actions   []string `json:"actions"`
	Context   string   `json:"context"`
	Condition string   `json:"condition"`
	Disabled  bool     `json:"disabled,omitempty"`
	// Type, Comment, Tags, Modified and ModifiedBy are those of the export, if it was read.
	Type       string   `json:"type,omitempty"`
	Comment    string   `json:"comment,omitempty"`
	Tags       []string `json:"tags,omitempty"`
	Modified   string   `json:"modified,omitempty"`
	ModifiedBy string   `json:"modifiedBy,omitempty"`
	// Grants says whether the rule is one that can grant.
	Grants bool `json:"grants"`
	// Rego is what the rule was compiled to, by module.
	Rego []Rego `json:"rego,omitempty"`
}

// Rego is the part of a module that stands for a rule. Type is the key of the type
// that the module is about, "" for one that is about several.
type Rego struct {
	Module string `json:"module"`
	Type   string `json:"type,omitempty"`
	Text   string `json:"text"`
}

// Entities are named entities.
type Entities struct {
	IDs   []string `json:"ids"`
	Names []string `json:"names"`
	// Values are what they have, by operand of tests, as numbers of texts.
	Values []Values `json:"values,omitempty"`
	// Anonymous are those whose directory is NONE.
	Anonymous []int32 `json:"anonymous,omitempty"`
}

// Values are what entities have at an operand, such as user.group.
type Values struct {
	Operand string    `json:"operand"`
	Of      [][]int32 `json:"of"`
}

// Type is the resources of one type.
type Type struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Entities
	// Parent is what the resources belong to, nil where nothing is known of that.
	Parent *Parent `json:"parent,omitempty"`
}

// Parent says what resources belong to: Of holds numbers of resources of the type
// with the number Type, -1 for none.
type Parent struct {
	Type int     `json:"type"`
	Of   []int32 `json:"of"`
}

// Test is one test of rules, in words.
type Test struct {
	Text string `json:"text"`
	// Side is what the test looks at: subject, resource, both, identity or right.
	Side string `json:"side"`
	// Operands are those whose values say why the test holds or does not.
	Operands []string `json:"operands,omitempty"`
	// Action and Type are those of a right; Type is -1 for one that the page does not
	// hold. OnSelf says that the right is one on the resource itself.
	Action uint32 `json:"action,omitempty"`
	Type   int    `json:"type,omitempty"`
	OnSelf bool   `json:"onSelf,omitempty"`
}

// Attribute is a property of subjects with its values, those that most have first.
type Attribute struct {
	Name string `json:"name"`
	// Values are texts; the one that stands for having none is "".
	Values []string `json:"values"`
	// Subjects are how many have each.
	Subjects []int `json:"subjects"`
	// More is how many values are left out, each with fewer subjects.
	More int `json:"more,omitempty"`
}

// Context is what was decided for requests of one context.
type Context struct {
	// Name is hub, qmc or, for requests that do not say, "".
	Name string `json:"name"`
	// Case is what the requests of a case send beside, NAME=VALUE.
	Case []string `json:"case,omitempty"`
	// Unsent are the session attributes that rules test and that were not sent.
	Unsent []string `json:"unsent,omitempty"`
	// Idle are the rules that can grant and grant nobody anything here.
	Idle     []Idle `json:"idle"`
	Subjects Side   `json:"subjects"`
	// Types are what is decided about the types of the document, in their order.
	Types []Rights `json:"types"`
	// Reach is by rule of the document; nil for one that is not in question.
	Reach []*Reach `json:"reach"`
	// Creation says who may create what, by type.
	Creation []Creation `json:"creation"`
	// Census holds, by attribute and value, how many pairs there are by type and
	// action.
	Census [][][][]int64 `json:"census"`
}

// Idle is a rule that grants nobody anything, and why (report.Idle).
type Idle struct {
	Rule       int      `json:"rule"`
	Reason     string   `json:"reason"`
	Attributes []string `json:"attributes,omitempty"`
}

// Side says which group and class the subjects, or the resources of a type, are of.
// Members of a group have the same rights by the same rules; for members of a class
// the same tests hold besides.
type Side struct {
	Group []int32 `json:"group"`
	Class []int32 `json:"class"`
	// Holds are the tests that hold for a class, Brings what it brings to tests
	// against the other side, by test.
	Holds  [][]int32         `json:"holds"`
	Brings []map[int][]int32 `json:"brings"`
}

// Rights is what subjects have on the resources of one type.
type Rights struct {
	Side
	// Rules are the rules in question, numbers of the document, with the actions that
	// each grants and its tests.
	Rules []Form `json:"rules"`
	// Sets are sets of groups of resources (see packSet); Rows are, by group of
	// subjects, pairs of an index into Rules and one into Sets.
	Sets []string  `json:"sets"`
	Rows [][]int32 `json:"rows"`
	// Reached is, by resource, how many subjects have something on it.
	Reached []int64 `json:"reached"`
	// Exceptional are pairs of which Rows does not speak.
	Exceptional []ExceptionalPairs `json:"exceptional"`
	// Met lists, by identity test and resource, the subjects who meet it; Targets,
	// by test of a right and resource, the entities asked about, -1 for one that the
	// page does not hold.
	Met     map[int]map[int32][]int32 `json:"met"`
	Targets map[int][][]int32         `json:"targets"`
}

// Form is a rule as it stands for one type.
type Form struct {
	Rule    int    `json:"rule"`
	Actions uint32 `json:"actions"`
	Tests   []int  `json:"tests"`
}

// ExceptionalPairs is a subject, resources, and the rules that grant there: indices into Rules.
type ExceptionalPairs struct {
	Subject   int32   `json:"subject"`
	Resources []int32 `json:"resources"`
	Rules     []int32 `json:"rules"`
}

// Reach is whom and what a rule reaches, or would reach if it were enabled.
type Reach struct {
	Subjects  int64 `json:"subjects"`
	Resources int64 `json:"resources"`
	Pairs     int64 `json:"pairs"`
	Cells     int64 `json:"cells"`
	Only      int64 `json:"only"`
	// More is, of a disabled rule, how many cells more there would be.
	More *int64 `json:"more,omitempty"`
}
