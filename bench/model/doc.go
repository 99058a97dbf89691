// Package model is what the peers of qlik2rego are given: a site's entities as
// Go values, and the rules as resolved predicates, by stage, with an index of
// those that their filter narrows to single resources. They are the entities
// and predicates that our own Rego is generated from and evaluated on, so that
// all contenders decide about one thing.
//
// It knows the compiler's front and the data of a bundle. It refuses to know
// any peer, and how anything is timed.
package model
