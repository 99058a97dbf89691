package condition

import "strings"

// Function is one of the four functions of the language (D).
type Function int

// The functions of the language, section 4.3.
const (
	HasPrivilege Function = iota + 1
	IsAnonymous
	Empty
	IsOwned

	lastFunction = iota // of the functions above
)

// Functions lists the functions of the language in the order of their constants.
func Functions() []Function {
	var all []Function
	for f := Function(1); f <= lastFunction; f++ {
		all = append(all, f)
	}
	return all
}

// String returns the function's name in the vendor's spelling.
func (f Function) String() string {
	switch f {
	case HasPrivilege:
		return "HasPrivilege"
	case IsAnonymous:
		return "IsAnonymous"
	case Empty:
		return "Empty"
	case IsOwned:
		return "IsOwned"
	}
	return "invalid function"
}

// Kind returns the function that is called. Names ignore case (O). It is zero for
// a name that Parse would not have accepted.
func (c *Call) Kind() Function {
	return functionNamed(c.Function)
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
