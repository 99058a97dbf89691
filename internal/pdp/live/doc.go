// Package live holds the current policy and replaces it when a bundle changes.
//
// It knows two sources of bundles: files that are watched (Files), and bundles that other code
// passes by name (BundleSet). A policy and its data are one unit: they are prepared together
// and swapped in one step, so that nobody sees a mix. If an activation fails, the current
// policy stays, and the error is reported.
//
// It does not know HTTP, bundle servers, or the content of a policy.
package live
