// Package model is the input of the peers of qlik2rego: a site's entities as Go values, and the rules as
// resolved predicates, by stage, with an index of those whose filter selects single resources. Our own
// Rego is generated from the same entities and predicates, so that all contenders decide the same
// problem.
//
// It uses the compiler's front end and the data of a bundle. It is independent of peers and of
// measurements.
package model
