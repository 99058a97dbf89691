// Package plan determines the changes from a live site's rules to those of a directory, their
// effect on access, and the objections to them.
//
//	model.go     the plan, its file and its digest
//	fields.go    the fields of a rule that files manage
//	ours.go      the rules of a directory with the ids of the site
//	threeway.go  lock file, files and site: changes, drift, conflicts
//	order.go     the order of the writes: rights are granted before others are removed
//	guard.go     no write locks anybody out
//	effect.go    who gains and who loses access
//	gates.go     the limits that block a plan
//	hub.go       users who lose every stream
//	review.go    lints and assertions before and after
//	build.go     the whole plan, and the plan back to a backup
//
// It writes nothing to the site; package apply does.
package plan
