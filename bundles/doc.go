// Package bundles writes and reads OPA bundles: a compiled policy, the
// hand-written library and, beside them or in a bundle of their own, the data
// of a site.
//
// It knows the layout of a bundle and that the same input gives the same bytes:
// files in order, no times, no owners, no host. Site data passes through it as a
// stream, out and in, and is kept in memory compactly (Document), because a site
// has a million objects. Data change while they are read: another document is
// made, which shares what is alike with the one before (Document.Patch, Delta).
//
// It refuses to know what the Rego in a bundle means, how it is evaluated, and
// where site data comes from.
package bundles
