// Package selection reads what people write to name subjects and resources: an
// id, a login or a name, or a property and its value, with * and ? for what may be
// anything.
//
// It knows these texts, the view of a bundle (which properties its data holds) and
// how to make a compilation keep the properties that a selection asks for. It
// refuses to know rules and rights.
package selection
