// Package selection parses the selections of subjects and resources that people write: an id, a
// login or a name, or a property and its value, with the wildcards * and ?.
//
// It knows this syntax, the view of a bundle (which properties its data has) and how to make a
// compilation keep the properties that a selection needs. It does not know rules or rights.
package selection
