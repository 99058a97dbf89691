package page

import (
	"github.com/qlik2rego/qlik2rego/internal/audit/assume"
	"github.com/qlik2rego/qlik2rego/internal/audit/page/shell"
)

// Document is the content of a page. It is deterministic.
type Document struct {
	Title string `json:"title"`
	// LeftOut is the number of users who are not on the page because they do not log in.
	LeftOut int `json:"leftOut,omitempty"`
	// Assumptions lists what depends on assumptions, nil if that was not compared.
	Assumptions *assume.Report `json:"assumptions,omitempty"`
	// Facts describe the input of the page: rules, snapshot, options, version.
	Facts []shell.Fact `json:"facts,omitempty"`
	// Explain is the beginning of a command line that explains a single request.
	Explain []string `json:"explain"`
	Actions []Action `json:"actions"`
	Rules   []Rule   `json:"rules"`
	// Subjects and Types name all subjects and resources; all other fields refer to them by
	// number, counted from 0 in this order.
	Subjects Entities `json:"subjects"`
	Types    []Type   `json:"types"`
	// Tests are the tests of the rules, Texts the values that entities have for them.
	Tests []Test   `json:"tests"`
	Texts []string `json:"texts"`
	// Attributes are properties by which subjects are counted.
	Attributes []Attribute `json:"attributes"`
	// Contexts hold the decisions, one entry per context.
	Contexts []Context `json:"contexts"`
	// Categories are License and Sync rules, if the export has any (AddCategory).
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
	// Grants says whether the rule can grant.
	Grants bool `json:"grants"`
	// Rego is the code generated for the rule, by module.
	Rego []Rego `json:"rego,omitempty"`
}

// Rego is the part of a module that belongs to a rule. Type is the key of the module's type, ""
// for a module about several types.
type Rego struct {
	Module string `json:"module"`
	Type   string `json:"type,omitempty"`
	Text   string `json:"text"`
}

// Entities are named entities.
type Entities struct {
	IDs   []string `json:"ids"`
	Names []string `json:"names"`
	// Values are the values of the entities, by operand of tests, as numbers of strings.
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
	// Parent is the parents of the resources, nil if they are not known.
	Parent *Parent `json:"parent,omitempty"`
}

// Parent maps resources to their parents: Of holds numbers of resources of the type with the
// number Type, -1 for none.
type Parent struct {
	Type int     `json:"type"`
	Of   []int32 `json:"of"`
}

// Test is one test of rules, in words.
type Test struct {
	Text string `json:"text"`
	// Side is what the test reads: subject, resource, both, identity or right.
	Side string `json:"side"`
	// Operands are those whose values explain the result of the test.
	Operands []string `json:"operands,omitempty"`
	// Action and Type are those of a right; Type is -1 for one that the page does not contain.
	// OnSelf says that the right is on the resource itself.
	Action uint32 `json:"action,omitempty"`
	Type   int    `json:"type,omitempty"`
	OnSelf bool   `json:"onSelf,omitempty"`
}

// Attribute is a property of subjects with its values, the most frequent first.
type Attribute struct {
	Name string `json:"name"`
	// Values are strings; "" stands for having no value.
	Values []string `json:"values"`
	// Subjects is the number of subjects with each value.
	Subjects []int `json:"subjects"`
	// More is the number of values that are left out, all less frequent.
	More int `json:"more,omitempty"`
}

// Context is the decisions for requests with one context.
type Context struct {
	// Name is hub, qmc or, for requests without a context, "".
	Name string `json:"name"`
	// Case is the additional attributes of the requests of a case, NAME=VALUE.
	Case []string `json:"case,omitempty"`
	// Unsent are the session attributes that rules test and that were not sent.
	Unsent []string `json:"unsent,omitempty"`
	// Idle are the rules that can grant but grant nobody anything here.
	Idle     []Idle `json:"idle"`
	Subjects Side   `json:"subjects"`
	// Types are the decisions about the types of the document, in their order.
	Types []Rights `json:"types"`
	// Reach is by rule of the document; nil for a rule that is not relevant.
	Reach []*Reach `json:"reach"`
	// Creation is who may create what, by type.
	Creation []Creation `json:"creation"`
	// Census holds the number of pairs by attribute and value, type and action.
	Census [][][][]int64 `json:"census"`
}

// Idle is a rule that grants nobody anything, and why (report.Idle).
type Idle struct {
	Rule       int      `json:"rule"`
	Reason     string   `json:"reason"`
	Attributes []string `json:"attributes,omitempty"`
}

// Side gives the group and class of the subjects, or of the resources of a type. Members of a
// group have the same rights by the same rules; for members of a class the tests have the same
// results too.
type Side struct {
	Group []int32 `json:"group"`
	Class []int32 `json:"class"`
	// Holds are the true tests of a class, Brings its values for comparisons with the other
	// side, by test.
	Holds  [][]int32         `json:"holds"`
	Brings []map[int][]int32 `json:"brings"`
}

// Rights is the rights of subjects on the resources of one type.
type Rights struct {
	Side
	// Rules are the relevant rules, as numbers of the document, with the actions that each
	// grants and its tests.
	Rules []Form `json:"rules"`
	// Sets are sets of groups of resources (see packSet); Rows are, by group of subjects, pairs
	// of an index into Rules and one into Sets.
	Sets []string  `json:"sets"`
	Rows [][]int32 `json:"rows"`
	// Reached is the number of subjects with a right, by resource.
	Reached []int64 `json:"reached"`
	// Exceptional are pairs to which Rows does not apply.
	Exceptional []ExceptionalPairs `json:"exceptional"`
	// Met lists, by identity test and resource, the subjects that meet it; Targets, by test of
	// a right and resource, the entities asked about, -1 for one that the page does not
	// contain.
	Met     map[int]map[int32][]int32 `json:"met"`
	Targets map[int][][]int32         `json:"targets"`
}

// Form is a rule as specialised for one type.
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

// Reach is which users and resources a rule reaches, or would reach if it were enabled.
type Reach struct {
	Subjects  int64 `json:"subjects"`
	Resources int64 `json:"resources"`
	Pairs     int64 `json:"pairs"`
	Cells     int64 `json:"cells"`
	Only      int64 `json:"only"`
	// More is, for a disabled rule, the number of additional rights.
	More *int64 `json:"more,omitempty"`
}
