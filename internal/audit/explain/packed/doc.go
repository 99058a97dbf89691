// Package packed unpacks what a bundle was compiled from, as far as the bundle holds it:
// the rules, and what they read of the site. From that it makes explanations.
//
// It is separate from package explain, which runs where OPA does not: in a browser.
package packed
