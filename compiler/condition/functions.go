package condition

import (
	"slices"
	"strings"
)

// Function is a function of the language (D). Code outside of this file asks a function for
// its traits, or has a switch without a default over all of them, as for an Operator.
type Function int

// The functions of the language (docs/language.md, Functions).
const (
	HasPrivilege Function = iota + 1
	IsAnonymous
	Empty
	IsOwned

	lastFunction = iota // of the functions above
)

// question is what a function asks about its path.
type question int

const (
	right    question = iota + 1 // whether the subject has the action of the argument on it
	login                        // whether the subject has logged in
	presence                     // whether there is a value
	absence                      // whether there is no value
)

// functionTraits are what the rest of the product asks about a function. They are written by
// position, so that the compiler asks a new function for every one of them.
type functionTraits struct {
	name     string // in the vendor's spelling
	question question
	root     string // the only path that the function may follow; "" if any will do
	relation string // what is asked about is behind this relation of the path; "" if it is the path
}

func (f Function) traits() (functionTraits, bool) {
	switch f {
	case HasPrivilege:
		return functionTraits{"HasPrivilege", right, "", ""}, true
	case IsAnonymous:
		return functionTraits{"IsAnonymous", login, "user", ""}, true
	case Empty:
		return functionTraits{"Empty", absence, "", ""}, true
	case IsOwned:
		return functionTraits{"IsOwned", presence, "resource", "owner"}, true
	}
	return functionTraits{name: "invalid function"}, false
}

// known returns the traits of a function, and panics for one that does not exist.
func (f Function) known() functionTraits {
	t, ok := f.traits()
	if !ok {
		panic("condition: unknown function")
	}
	return t
}

// Functions lists the functions of the language in the order of their constants.
func Functions() []Function {
	var all []Function
	for f := Function(1); f <= lastFunction; f++ {
		all = append(all, f)
	}
	return all
}

// FunctionNamed returns the function with a name, ignoring case (O), and whether there is one.
func FunctionNamed(name string) (Function, bool) {
	f := functionNamed(name)
	return f, f != 0
}

// String returns the function's name in the vendor's spelling.
func (f Function) String() string {
	t, _ := f.traits()
	return t.name
}

// Privilege reports whether the function asks for a right on the entities of its path, and
// takes the name of an action: HasPrivilege. No other function takes an argument.
func (f Function) Privilege() bool { return f.known().question == right }

// Login reports whether the function asks who the subject is, which no change of data
// alters: IsAnonymous.
func (f Function) Login() bool { return f.known().question == login }

// Absence reports whether the function is true if its path has no value: Empty.
func (f Function) Absence() bool { return f.known().question == absence }

// Root returns the word of the only path that the function may follow: "user" for
// IsAnonymous, "resource" for IsOwned. It is "" for a function that follows any path.
func (f Function) Root() string { return f.known().root }

// Relation returns the relation behind the path that the function asks about: "owner" for
// IsOwned. It is "" for a function that asks about the path itself.
func (f Function) Relation() string { return f.known().relation }

// Kind returns the function that is called. Names ignore case (O). It is zero for
// a name that Parse would not have accepted.
func (c *Call) Kind() Function {
	return functionNamed(c.Function)
}

// Read returns the path that the call asks about: the one before the function or, for
// IsOwned, the one to the owner behind it.
func (c *Call) Read() Path {
	relation := c.Kind().Relation()
	if relation == "" {
		return c.Path
	}
	p := c.Path
	p.Segments = append(slices.Clip(p.Segments), Segment{Name: relation})
	return p
}

func functionNamed(name string) Function {
	for _, f := range Functions() {
		if strings.EqualFold(f.String(), name) {
			return f
		}
	}
	return 0
}

func functionNames() []string {
	var names []string
	for _, f := range Functions() {
		names = append(names, f.String())
	}
	return names
}

// theFunctions names the functions in a sentence.
func theFunctions() string {
	names := functionNames()
	last := len(names) - 1
	return "The functions are `" + strings.Join(names[:last], "`, `") + "` and `" + names[last] + "`"
}

// roots are the words that a path begins with.
var roots = []string{"resource", "user", "node"}

func isRoot(word string) bool {
	folded := foldASCII(word)
	return folded == "resource" || folded == "user" || folded == "node"
}

// foldASCII converts A to Z to lower case and leaves everything else: the words of the language
// are ASCII, and U+212A (Kelvin sign) is not a k.
func foldASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r - 'A' + 'a'
		}
		return r
	}, s)
}
