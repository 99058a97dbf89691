package snapshot

import "github.com/qlik2rego/qlik2rego/internal/diag"

// The codes of findings about a snapshot's files.
var (
	codeUnreadable = diag.Register("Q0601", diag.Error, "snapshot cannot be read")
	codeNoText     = diag.Register("Q0602", diag.Error, "collection in a broken or unknown encoding")
	codeNoJSON     = diag.Register("Q0603", diag.Error, "collection is not a valid JSON list")
	codeDirectory  = diag.Register("Q0604", diag.Warning, "folder inside a snapshot")
)

// The codes of findings about an entity.
var (
	codeNoEntity       = diag.Register("Q0605", diag.Error, "value is not an entity")
	codeID             = diag.Register("Q0606", diag.Error, "entity without a usable id")
	codeDuplicate      = diag.Register("Q0607", diag.Error, "duplicate entity")
	codeDuplicateLogin = diag.Register("Q0608", diag.Error, "two users with one login")
	codeWrongKind      = diag.Register("Q0609", diag.Error, "field with a value of the wrong type")
	codeNoScalar       = diag.Register("Q0610", diag.Warning, "property is a list or an object")
)

// The codes of findings about the whole snapshot.
var (
	codeDangling    = diag.Register("Q0611", diag.Warning, "reference to a missing entity")
	codeNoFile      = diag.Register("Q0612", diag.Warning, "references to a type without a file")
	codeUnknownType = diag.Register("Q0613", diag.Info, "type outside the schema")
	codePartial     = diag.Register("Q0615", diag.Error, "field that rules read was not exported")
	codePartly      = diag.Register("Q0616", diag.Warning, "field that some entities do not have")
	codeCutOff      = diag.Register("Q0617", diag.Error, "value cut off by ConvertTo-Json")
	codeNothing     = diag.Register("Q0614", diag.Warning, "snapshot without entities")
)
