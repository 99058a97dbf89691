// Package plan decides what brings a live site from its rules to those of a folder, what
// that does to who may do what, and whether anything speaks against it.
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
