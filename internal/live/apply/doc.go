// Package apply brings a live site to what a plan says, and back to a backup.
//
//	apply.go     stale plans, the guard once more, all writes, the end
//	backup.go    the rules as they were, before the first write
//	journal.go   what was begun and what was done, write by write
//	write.go     one write, and what became of it where there was no answer
//	verify.go    the site's own audit of what was predicted
//	folder.go    ids and lock file of the folder after the writes
//
// Writes are never sent at the same time and never sent again blindly: where an answer is
// lost, the rule is read, and what it is decides. After a failure the site is in the state
// before, after, or between two writes of the plan; the journal tells which.
package apply
