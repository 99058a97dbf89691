// Package bundles writes and reads OPA bundles: a compiled policy, the hand-written library
// and, in the same or in a separate bundle, the data of a site.
//
// It knows the layout of a bundle and ensures that the same input produces the same bytes:
// sorted files, no times, owners or host names. Site data is streamed, both when writing and
// when reading, and is stored compactly in memory (Document), because a site has a million
// objects. Data can change while it is read: a change creates a new document that shares its
// unchanged parts with the old one (Document.Patch, Delta).
//
// It does not know what the Rego in a bundle means, how it is evaluated, or where site data
// comes from.
package bundles
