// Package plan determines the changes from a live site's rules to those of a directory, their
// effect on access, and the objections to them.
//
//	model.go     the plan, its file and its digest
//	fields.go    the fields of a rule that files manage
//	ours.go      the rules of a folder as a site would have them
//	threeway.go  lock file, files and site: changes, drift, conflicts
//	order.go     the order of the writes: make before break
//	guard.go     nobody is locked out, after no write
//	effect.go    who gains and who loses what
//	gates.go     the limits that end a plan
//	hub.go       users who lose every stream
//	review.go    lints and assertions before and after
//	build.go     all of it together, and the plan back to a backup
//
// It writes nothing to the site; package apply does.
package plan
