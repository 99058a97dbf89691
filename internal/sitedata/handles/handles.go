// Package handles owns the form of the handles by which a bundle's data name entities. It
// needs no OPA, so that the snapshot reader, and with it the playground, does without.
package handles

import "strings"

// separator begins the handles of entities that are not on record. Ids never hold it: the
// snapshot reader refuses control characters.
const separator = "\x1f"

// Subject is the handle of a subject that only the request describes.
const Subject = separator + "subject" + separator

// Request returns the handle of the resource that a request describes.
func Request(id string) string { return separator + "request" + separator + id }

// Nested returns the handle of an entity that is not on record: a digest of what
// references say of it, "0" where they say nothing, and its id.
func Nested(digest string, id []byte) []byte {
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
