// Package apply changes a live site as planned, or back to a backup.
//
//	apply.go     stale plans, the guard again, all writes, the end
//	backup.go    the rules before the first write
//	journal.go   what was begun and what was done, write by write
//	write.go     one write, and its result if there was no answer
//	verify.go    the site's own audit of the predictions
//	folder.go    ids and lock file of the directory after the writes
//
// Writes are never concurrent and never repeated blindly: if an answer is lost, the rule is
// read to find out. After a failure the site is in the state before, after, or between two
// writes of the plan; the journal shows which.
package apply
