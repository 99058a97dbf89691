package snapshot

import (
	"bytes"

	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/jsonfile"
)

// cutOff reports whether a value is what ConvertTo-Json writes instead of objects and lists
// below its depth, such as "@{id=1; name=Dept}", which is an error, once for each file.
func (d *decoder) cutOff(f *file, v jsonfile.Value) bool {
	if v.Raw == nil || v.Kind() != '"' {
		return false
	}
	text := v.Text()
	if !(bytes.HasPrefix(text, []byte("@{")) && bytes.HasSuffix(text, []byte("}"))) &&
		!bytes.HasPrefix(text, []byte("System.Object[")) && !bytes.HasPrefix(text, []byte("System.Collections.")) {
		return false
	}
	if !d.cut[f] {
		d.cut[f] = true
		d.findings.add(codeCutOff, diag.Error, "", placeOf(f, v), "ConvertTo-Json cut the export off here",
			"It writes objects and lists below two levels as text. Export the collection again with ConvertTo-Json -Depth 10.")
	}
	return true
}
