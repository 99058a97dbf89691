package diag

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// CodeInfo describes a kind of diagnostic.
type CodeInfo struct {
	Code Code
	// Severity is the severity of diagnostics with the code, unless an option, such as
	// --strict, changes it.
	Severity Severity
	// Title names the kind of finding in a few words, without a full stop.
	Title string
}

// Page returns the path of the code's page in the repository, such as
// "docs/rules/Q0101.md".
func (c Code) Page() string { return "docs/rules/" + string(c) + ".md" }

// URL returns the address of the code's page.
func (c Code) URL() string { return repository + "/blob/main/" + c.Page() }

const repository = "https://github.com/qlik2rego/qlik2rego"

var registry = map[Code]CodeInfo{}

// Register registers a code and returns it. It is called by package-level variables of the
// packages that report diagnostics, and panics if the code is registered already, because two
// packages would then share one page.
func Register(code Code, severity Severity, title string) Code {
	if _, double := registry[code]; double {
		panic(fmt.Sprintf("diag: code %s is registered twice", code))
	}
	registry[code] = CodeInfo{Code: code, Severity: severity, Title: title}
	return code
}

// Codes returns the information about every registered code, ordered by code.
func Codes() []CodeInfo {
	return slices.SortedFunc(maps.Values(registry), func(a, b CodeInfo) int {
		return strings.Compare(string(a.Code), string(b.Code))
	})
}
