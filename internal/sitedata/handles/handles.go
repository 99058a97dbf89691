// Package handles defines the form of the handles that identify entities in a bundle's data. It
// does not depend on OPA, so that the snapshot reader and the playground do not either.
package handles

import "strings"

// separator begins the handles of entities that do not exist on the site. Ids never contain it:
// the snapshot reader rejects control characters.
const separator = "\x1f"

// Subject is the handle of a subject that only the request describes.
const Subject = separator + "subject" + separator

// Request returns the handle of the resource that a request describes.
func Request(id string) string { return separator + "request" + separator + id }

// Nested returns the handle of an entity that does not exist on the site: a digest of its
// description in references, "0" if there is none, and its id.
func Nested(digest string, id []byte) []byte {
	return append([]byte(separator+digest+separator), id...)
}

// OffRecord reports whether a handle belongs to an entity that does not exist on the site.
func OffRecord(handle string) bool { return strings.HasPrefix(handle, separator) }

// ID returns the id in a handle. It may be empty for an entity that does not exist on the site.
func ID(handle string) string {
	if rest, ok := strings.CutPrefix(handle, separator); ok {
		_, id, _ := strings.Cut(rest, separator)
		return id
	}
	return handle
}
