// Package field prepares the input of contenders: rule sets, sites, requests with known outcome, and the
// check that all contenders make the same decisions.
//
// It generates, compiles and loads sites. It does not know the contenders or their times.
package field
