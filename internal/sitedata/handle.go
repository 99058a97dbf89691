// Package sitedata owns the layout of what a bundle holds: the site's entities below
// data.site, and what the compiler says of the rules below data.qlik. It is the only
// package that spells their paths and that takes handles apart; the policy reads the
// same layout in policies/qlik/site.rego and request.rego.
//
//	site.entities.<type>.<handle>   entities on record: fields by name, as written under "=" + name
//	site.nested.<type>.<handle>     entities that only references describe
//	site.subjects.<login>           the handle of the user with a login
//	site.held.<type>                types that the snapshot holds
//	qlik.rules.<id>                 name, category, filter and state of a rule
//	qlik.view.<type>                the fields of a type that rules read
//	qlik.reads, qlik.sources        what rules read, and where their Rego is
//
// Types, handles and logins are case-folded. internal/snapshot writes the same layout as a
// stream (project.go). It knows nothing of rules or decisions.
package sitedata

import "strings"

// separator begins the handles of entities that are not on record. Ids never hold it: the
// snapshot reader refuses control characters.
const separator = "\x1f"

// SubjectHandle is the handle of a subject that only the request describes.
const SubjectHandle = separator + "subject" + separator

// RequestHandle returns the handle of the resource that a request describes.
func RequestHandle(id string) string { return separator + "request" + separator + id }

// NestedHandle returns the handle of an entity that is not on record: a digest of what
// references say of it, "0" where they say nothing, and its id.
func NestedHandle(digest string, id []byte) []byte {
	return append([]byte(separator+digest+separator), id...)
}

// OffRecord reports whether a handle is of an entity that is not on record.
func OffRecord(handle string) bool { return strings.HasPrefix(handle, separator) }

// ID returns the id that a handle holds. The id of an entity that is not on record may be
// empty.
func ID(handle string) string {
	if rest, ok := strings.CutPrefix(handle, separator); ok {
		_, id, _ := strings.Cut(rest, separator)
		return id
	}
	return handle
}
