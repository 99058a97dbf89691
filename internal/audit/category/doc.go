// Package category answers administrators' questions about License and Sync rules: which users
// match which kind of access and whether enough is free, and on which nodes apps open.
//
// It uses the audit of a view of the category (workspace.Source), whose rows Pairs collects,
// and additional facts of a snapshot (ReadFacts): who has an access already, what is free,
// which node runs what. The rows keep both separate: the rules say who may use an access, the
// facts say what results from it.
package category
