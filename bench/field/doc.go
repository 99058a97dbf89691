// Package field sets up what contenders compete on: rule sets, the sites around
// them, requests of known outcome, and the check that everybody decides alike.
//
// It knows how sites are made up, compiled and loaded. It refuses to know what
// the contenders are and how long they take.
package field
