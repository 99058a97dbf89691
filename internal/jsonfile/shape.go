package jsonfile

import (
	"bytes"
	"regexp"
)

// The shapes of an object instead of a list. PowerShell writes a list as
// {"value": […], "Count": 2} and a list of one item as the item.
var (
	wrapper = regexp.MustCompile(`^\s*\{\s*(?:"(?i:count)"\s*:\s*[0-9]+\s*,\s*)?"(?i:value)"\s*:\s*(?:[\[{]|null\b)`)
	table   = regexp.MustCompile(`^\s*\{\s*"(?i:columnNames)"\s*:`)
)

// List returns the items of a list in any of its forms: a JSON array, the object that PowerShell
// makes of one, a single item, or null for an empty list.
func (v Value) List() []Value {
	switch {
	case v.IsNull():
		return nil
	case v.Kind() == '[':
		return v.AppendItems(nil)
	case wrapper.Match(v.Raw):
		for _, m := range v.AppendMembers(nil) {
			if isValueField(m.Name.Text()) {
				return m.Value.List()
			}
		}
	}
	return []Value{v}
}

// Wrapped reports whether the value is the object that PowerShell makes of a list.
func (v Value) Wrapped() bool { return wrapper.Match(v.Raw) }

func isValueField(name []byte) bool { return bytes.EqualFold(name, []byte("value")) }

// tableError returns the error for a file that is the answer to a query for a table.
func tableError(offset int) *Error {
	return &Error{
		Kind: NoJSON, Offset: offset,
		Summary: "the file is a table (columnNames and rows), not a list",
		Detail:  "It is the answer to POST /qrs/<type>/table, which leaves fields out. Export the list in full: GET /qrs/<type>/full.",
	}
}
