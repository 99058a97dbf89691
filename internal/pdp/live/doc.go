// Package live holds the policy that decides now and puts another one in its
// place when the bundle files change.
//
// It knows files, when they have changed, and that a policy and its data are one
// thing: they are read together, prepared together and swapped in one step, so
// that nobody sees half of each. What cannot be activated leaves the policy that
// decides where it is, and is reported.
//
// It refuses to know HTTP, and what a policy says.
package live
