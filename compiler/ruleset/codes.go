package ruleset

import "github.com/qlik2rego/qlik2rego/internal/diag"

// Diagnostics about a file of rules.
var (
	codeUnreadable = diag.Register("Q0101", diag.Error, "file cannot be read")
	codeNoText     = diag.Register("Q0102", diag.Error, "file in a broken or unknown encoding")
	codeNoJSON     = diag.Register("Q0103", diag.Error, "file is not valid JSON")
	codeNoRules    = diag.Register("Q0104", diag.Error, "value is not a rule or a list of rules")
	codeNoFile     = diag.Register("Q0116", diag.Error, "folder without files of rules")
	codeEmpty      = diag.Register("Q0105", diag.Warning, "file without rules")
)

// Diagnostics about a field of a rule.
var (
	codeDoubleField    = diag.Register("Q0106", diag.Error, "duplicate field")
	codeWrongKind      = diag.Register("Q0107", diag.Error, "field with a value of the wrong type")
	codeActions        = diag.Register("Q0108", diag.Error, "actions are not a bit mask")
	codeUnknownActions = diag.Register("Q0109", diag.Warning, "actions with unknown bits")
	codeNoActions      = diag.Register("Q0110", diag.Warning, "rule without actions")
	codeContext        = diag.Register("Q0111", diag.Error, "unknown rule context")
	codeNoContext      = diag.Register("Q0112", diag.Warning, "rule without context")
	codeCategory       = diag.Register("Q0113", diag.Error, "unknown category")
	codeNoCategory     = diag.Register("Q0114", diag.Warning, "rule without category")
	codeHeader         = diag.Register("Q0117", diag.Error, "header of a .qrule file that is not well-formed")
	codeKey            = diag.Register("Q0118", diag.Error, "unknown key in the header of a .qrule file")
	codeDuplicate      = diag.Register("Q0115", diag.Error, "duplicate rule")
)

// Diagnostics about a resource filter.
var (
	codeNoFilter  = diag.Register("Q0120", diag.Error, "empty resource filter")
	codeEmptyItem = diag.Register("Q0121", diag.Error, "empty item in a resource filter")
	codeStar      = diag.Register("Q0122", diag.Error, "star before the end of a filter item")
	codeSpace     = diag.Register("Q0123", diag.Error, "space inside a filter item")
	codeBareType  = diag.Register("Q0124", diag.Warning, "filter item matches nothing")

	codeUnknownName = diag.Register("Q0125", diag.Warning, "filter names an unknown type or section")
	codeNoID        = diag.Register("Q0126", diag.Warning, "filter with a name instead of an id")
)
