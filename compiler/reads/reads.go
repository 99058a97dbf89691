package reads

import "strings"

// Reads is what the rules of a policy read. Its JSON is deterministic.
type Reads struct {
	// Tests are all tests, without duplicates; rules refer to them by index.
	Tests []Test `json:"tests"`
	// Rules are all rules as specialised for a class, without duplicates; classes refer to them
	// by index. A rule that reads different things in different classes has several entries.
	Rules []Rule `json:"rules"`
	// Classes are the type classes of resources that the policy distinguishes; classes with a
	// name come first.
	Classes []Class `json:"classes"`
}

// Class is the rules for the resources of one type or, if Named is false, of all other types
// whose name begins with a prefix. A type belongs to the class with the longest prefix.
type Class struct {
	// Key is the type's key or, for a prefix, the prefix followed by a star.
	Key   string `json:"key"`
	Named bool   `json:"named,omitempty"`
	// Rules are indices into Reads.Rules, in the order of the rules' names.
	Rules []int `json:"rules,omitempty"`
}

// Rule is a rule as specialised for the resources of a class: on each of them it grants all of
// Actions or nothing, depending on Tests only.
type Rule struct {
	ID string `json:"id"`
	// Actions is the mask of docs/language.md, section 6, with named bits only.
	Actions uint32 `json:"actions"`
	// Tests are indices into Reads.Tests, ascending.
	Tests []int `json:"tests,omitempty"`
}

// Kind is the kind of a test.
type Kind string

// The kinds of tests. The strings of a value are case-folded unless Exact is set.
const (
	// OneOf: the left value has one of Strings.
	OneOf Kind = "one-of"
	// Common: the two values have a string in common.
	Common Kind = "common"
	// Identical: both values are one string, and it is the same; if Right is nil, it is
	// compared with Strings.
	Identical Kind = "identical"
	// Matches: a string of the left value matches the regular expression Strings[0] (RE2,
	// anchored).
	Matches Kind = "matches"
	// Present: the left value has a string.
	Present Kind = "present"
	// Exists: there is an entity at the left path.
	Exists Kind = "exists"
	// CommonEntity: the two paths have an entity in common.
	CommonEntity Kind = "common-entity"
	// IdenticalEntity: each path leads to one entity, and it is the same; if the paths are
	// equal, to exactly one entity.
	IdenticalEntity Kind = "identical-entity"
	// Privilege: the subject has Action on one of the entities at the left path.
	Privilege Kind = "privilege"
	// Anonymous: the subject is anonymous.
	Anonymous Kind = "anonymous"
	// From: the subject comes from Context.
	From Kind = "from"
)

// Known reports whether this version supports the kind.
func (k Kind) Known() bool {
	switch k {
	case OneOf, Common, Identical, Matches, Present, Exists, CommonEntity, IdenticalEntity, Privilege, Anonymous, From:
		return true
	}
	return false
}

// Test is one test. Fields that do not apply to its kind are empty.
type Test struct {
	Kind    Kind     `json:"kind"`
	Left    *Operand `json:"left,omitempty"`
	Right   *Operand `json:"right,omitempty"`
	Strings []string `json:"texts,omitempty"`
	Exact   bool     `json:"exact,omitempty"`
	// Action is a single bit of docs/language.md, section 6.
	Action uint32 `json:"action,omitempty"`
	// Context is hub or qmc.
	Context string `json:"context,omitempty"`
}

// Root is the root of an operand.
type Root string

// The roots. The environment is sent with the request.
const (
	Resource    Root = "resource"
	User        Root = "user"
	Environment Root = "environment"
)

// Operand is a value or, without a Property, a set of entities: the root, or the entities that
// relations lead to from it.
type Operand struct {
	Root  Root   `json:"root"`
	Steps []Step `json:"steps,omitempty"`
	// Property is case-folded, with the @ of a custom property.
	Property string `json:"property,omitempty"`
}

// Step follows a relation, by its case-folded name, to entities of the type with the given key.
type Step struct {
	Relation string `json:"relation"`
	Type     string `json:"type"`
	Many     bool   `json:"many,omitempty"`
}

// Many reports whether the operand's path may lead to more than one entity.
func (o Operand) Many() bool {
	for _, s := range o.Steps {
		if s.Many {
			return true
		}
	}
	return false
}

// Of returns the class of the resources of a type, or nil if no rule can reach them. typ is a
// key: the case-folded name.
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

// OfSubject reports whether the test reads the subject and the session only.
func (t Test) OfSubject() bool {
	return t.Kind != Privilege && !t.Left.is(Resource) && !t.Right.is(Resource)
}

// OfResource reports whether the test reads the resource only.
func (t Test) OfResource() bool {
	return t.Kind != Privilege && t.Left.is(Resource) && (t.Right == nil || t.Right.is(Resource))
}

// Identity reports whether the test compares entities related to the resource with the subject.
func (t Test) Identity() bool {
	return (t.Kind == CommonEntity || t.Kind == IdenticalEntity) && !t.OfResource() && !t.OfSubject()
}

func (o *Operand) is(root Root) bool { return o != nil && o.Root == root }
