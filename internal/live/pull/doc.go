// Package pull reads a live site into a folder:
//
//	rules/{security,license,sync}/*.qrule   one rule in a file
//	site/*.json                             one collection in a file, ordered by id
//	site.lock.json, manifest.json           what the site knows beside the rules, and what was pulled
//
// A folder appears whole or not at all. The same site gives the same bytes, in whatever
// order it lists its entities. Collections are streamed: memory grows by 40 bytes for
// each entity, whatever its size. Passwords and connection strings are dropped on arrival.
//
//	pull.go          which collections, in which order
//	collection.go    one collection: count, list, table where the list is short, increments
//	spool.go         entities on their way to a file, and their order
//	redact.go        what is dropped
//	folder.go        the folder that is replaced, and local changes in it
package pull
