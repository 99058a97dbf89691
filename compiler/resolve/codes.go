package resolve

import "github.com/qlik2rego/qlik2rego/internal/diag"

// The diagnostics of this package; each has a page docs/rules/<code>.md.
var (
	codeUnknownAction     = diag.Register("Q0301", diag.Error, "unknown action in HasPrivilege")
	codePrivilegeOfUser   = diag.Register("Q0302", diag.Error, "HasPrivilege on the user")
	codePrivilegeOfText   = diag.Register("Q0303", diag.Error, "HasPrivilege on a value")
	codeFunctionTarget    = diag.Register("Q0304", diag.Error, "function on the wrong kind of operand")
	codeArgument          = diag.Register("Q0305", diag.Error, "wrong argument of a function")
	codeNodeRoot          = diag.Register("Q0306", diag.Error, "node outside a Sync rule")
	codeUserRoot          = diag.Register("Q0307", diag.Error, "user in a Sync rule")
	codeBareEnvironment   = diag.Register("Q0308", diag.Error, "user.environment without an attribute")
	codeEntityAgainstText = diag.Register("Q0309", diag.Error, "entity compared with a string")
	codeInvalidRegexp     = diag.Register("Q0310", diag.Error, "invalid regular expression")
	codeUntranslatable    = diag.Register("Q0311", diag.Error, "regular expression that RE2 cannot translate")
	codePrivilegeOutside  = diag.Register("Q0312", diag.Error, "HasPrivilege outside a Security rule")

	codeMixedAndOr        = diag.Register("Q0401", diag.Warning, "`and` and `or` mixed without parentheses")
	codeListInequality    = diag.Register("Q0402", diag.Warning, "inequality on a list")
	codeNotComparison     = diag.Register("Q0403", diag.Warning, "! before a comparison")
	codeUnknownProperty   = diag.Register("Q0404", diag.Warning, "unknown property")
	codeFilterNoEffect    = diag.Register("Q0405", diag.Warning, "filter item without effect")
	codeUnreachableBranch = diag.Register("Q0406", diag.Warning, "branch that no type of the filter reaches")
	codeNeverTrue         = diag.Register("Q0407", diag.Warning, "rule that never grants")
	codeQuestionMark      = diag.Register("Q0408", diag.Warning, "? in a pattern of like")
	codeStarUnderEqual    = diag.Register("Q0409", diag.Warning, "wildcard in an equality")
	codeBranchWithoutUser = diag.Register("Q0410", diag.Warning, "branch without a test on the user")
	codeHiddenProperty    = diag.Register("Q0440", diag.Warning, "property that rules cannot read")
	codeNearAttribute     = diag.Register("Q0441", diag.Warning, "attribute similar to a property")
	codeRequestContext    = diag.Register("Q0442", diag.Warning, "context that no request has")
	codeRegexpClasses     = diag.Register("Q0411", diag.Warning, "regular expression that RE2 reads more narrowly")
)
