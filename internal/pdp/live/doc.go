// Package live holds the policy that decides now and puts another one in its
// place when a bundle changes.
//
// It knows two places that bundles come from, files that are watched (Files) and
// bundles that somebody else hands over by name (BundleSet), and that a policy and
// its data are one thing: they are prepared together and swapped in one step, so
// that nobody sees half of each. What cannot be activated leaves the policy that
// decides where it is, and is reported.
//
// It refuses to know HTTP, bundle servers, and what a policy says.
package live
