// Package packed reconstructs the input of a bundle's compilation, as far as the bundle
// contains it: the rules, and what they read of the site. It uses it for explanations.
//
// It is separate from package explain, which also runs in a browser, without OPA.
package packed
