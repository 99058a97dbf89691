package reads

import "strings"

// Reads is what the rules of a policy read. The same policy has the same Reads,
// byte for byte in JSON.
type Reads struct {
	// Tests are all tests, each once; rules name them by their index.
	Tests []Test `json:"tests"`
	// Rules are all rules as they stand for a class, each form once; classes name
	// them by their index. A rule that reads different things of different classes
	// has as many forms.
	Rules []Rule `json:"rules"`
	// Classes are the classes of resources that the policy tells apart by type,
	// those with a name first.
	Classes []Class `json:"classes"`
}

// Class is the rules for the resources of one type or, where Named is false, of
// all types outside the named ones whose name begins with a prefix, of which a
// type belongs to the longest.
type Class struct {
	// Key is the type's key or, of a prefix, the prefix with a star behind.
	Key   string `json:"key"`
	Named bool   `json:"named,omitempty"`
	// Rules are indices into Reads.Rules, in the order of the rules' names.
	Rules []int `json:"rules,omitempty"`
}

// Rule is a rule as it stands for the resources of a class: on any of them it
// grants all of Actions or nothing, and which depends on Tests alone.
type Rule struct {
	ID string `json:"id"`
	// Actions is the mask of section 6 of docs/language.md, named bits only.
	Actions uint32 `json:"actions"`
	// Tests are indices into Reads.Tests, ascending.
	Tests []int `json:"tests,omitempty"`
}

// Kind is what a test is about.
type Kind string

// The kinds of tests. The texts of a value are folded unless Exact is set.
const (
	// OneOf: the left value has one of Texts.
	OneOf Kind = "one-of"
	// Common: the two values share a text.
	Common Kind = "common"
	// Identical: both values are one text, and the same; the right one is Texts
	// where Right is nil.
	Identical Kind = "identical"
	// Matches: a text of the left value matches the regular expression Texts[0],
	// RE2. It is anchored.
	Matches Kind = "matches"
	// Present: the left value has a text.
	Present Kind = "present"
	// Exists: there is an entity at the left path.
	Exists Kind = "exists"
	// CommonEntity: the two paths share an entity.
	CommonEntity Kind = "common-entity"
	// IdenticalEntity: both paths lead to one entity, and the same; where they are
	// equal, to exactly one.
	IdenticalEntity Kind = "identical-entity"
	// Privilege: the subject has Action on one of the entities at the left path.
	Privilege Kind = "privilege"
	// Anonymous: the subject is.
	Anonymous Kind = "anonymous"
	// From: the subject comes from Context.
	From Kind = "from"
)

// Known says whether this version knows the kind.
func (k Kind) Known() bool {
	switch k {
	case OneOf, Common, Identical, Matches, Present, Exists, CommonEntity, IdenticalEntity, Privilege, Anonymous, From:
		return true
	}
	return false
}

// Test is one test. Fields that its kind does not speak of are empty.
type Test struct {
	Kind  Kind     `json:"kind"`
	Left  *Operand `json:"left,omitempty"`
	Right *Operand `json:"right,omitempty"`
	Texts []string `json:"texts,omitempty"`
	Exact bool     `json:"exact,omitempty"`
	// Action is the one bit of section 6 of docs/language.md.
	Action uint32 `json:"action,omitempty"`
	// Context is hub or qmc.
	Context string `json:"context,omitempty"`
}

// Root is where an operand begins.
type Root string

// The roots. The environment is sent with the request.
const (
	Resource    Root = "resource"
	User        Root = "user"
	Environment Root = "environment"
)

// Operand is a value or, without a Property, a set of entities: the root, or
// where relations lead from it.
type Operand struct {
	Root  Root   `json:"root"`
	Steps []Step `json:"steps,omitempty"`
	// Property is folded, with the @ of a custom property.
	Property string `json:"property,omitempty"`
}

// Step follows a relation, whose name is folded, to entities of the type with a key.
type Step struct {
	Relation string `json:"relation"`
	Type     string `json:"type"`
	Many     bool   `json:"many,omitempty"`
}

// Many says whether the operand's path may lead to more than one entity.
func (o Operand) Many() bool {
	for _, s := range o.Steps {
		if s.Many {
			return true
		}
	}
	return false
}

// Of returns the class that the resources of a type belong to, nil if no rule
// can reach them. The type is a key: its name, folded.
func (r *Reads) Of(typ string) *Class {
	var best *Class
	for i := range r.Classes {
		c := &r.Classes[i]
		switch prefix, open := strings.CutSuffix(c.Key, "*"); {
		case c.Named && c.Key == typ:
			return c
		case c.Named || !open || !strings.HasPrefix(typ, prefix):
		case best == nil || len(best.Key) < len(c.Key):
			best = c
		}
	}
	return best
}

// OfSubject says whether the test looks at the subject and the session alone.
func (t Test) OfSubject() bool {
	return t.Kind != Privilege && !t.Left.is(Resource) && !t.Right.is(Resource)
}

// OfResource says whether the test looks at the resource alone.
func (t Test) OfResource() bool {
	return t.Kind != Privilege && t.Left.is(Resource) && (t.Right == nil || t.Right.is(Resource))
}

// Identity says whether the test compares entities that the resource leads to
// with the subject.
func (t Test) Identity() bool {
	return (t.Kind == CommonEntity || t.Kind == IdenticalEntity) && !t.OfResource() && !t.OfSubject()
}

func (o *Operand) is(root Root) bool { return o != nil && o.Root == root }
