// Package apply changes a live site according to a plan, or back to a backup.
//
//	apply.go     stale plans, the guard again, all writes, the final steps
//	backup.go    the rules before the first write
//	journal.go   the start and the result of each write
//	write.go     one write, and how to find out its result if there was no answer
//	verify.go    the predictions, compared with the site's own audit
//	folder.go    ids and lock file of the directory after the writes
//
// Writes are never concurrent and never repeated blindly: if an answer is lost, the rule is
// read to find out. After a failure the site is in the state before, after, or between two
// writes of the plan; the journal shows which.
package apply
