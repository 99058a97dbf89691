// Package pull reads a live site into a directory:
//
//	rules/{security,license,sync}/*.qrule   one rule per file
//	site/*.json                             one collection per file, ordered by id
//	site.lock.json, manifest.json           the site's other fields of rules, and what was pulled
//
// A directory is written atomically. The same site gives the same bytes, regardless of the order
// in which it lists its entities. Collections are streamed: memory grows by 40 bytes per entity,
// whatever its size. Passwords and connection strings are removed on arrival.
//
//	pull.go          which collections, in which order
//	collection.go    one collection: count, list, table if the list is truncated, increments
//	spool.go         entities on their way to a file, and their order
//	redact.go        the removal of secrets
//	directory.go     the directory that is replaced, and local changes in it
package pull
