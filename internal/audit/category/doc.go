// Package category answers what administrators ask about License and Sync rules: which
// users fit which kind of access and whether enough is free, and on which nodes apps open.
//
// It starts from the audit of a view of the category (workspace.Source), whose rows a
// Pairs collects, and from what a snapshot says beside the rules (ReadFacts): who holds an
// access already, what is free, which node runs what. Both are kept apart in the rows: the
// rules say who may take an access, and the facts what comes of it.
package category
