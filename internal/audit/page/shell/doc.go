// Package shell builds self-contained HTML pages: no network, no server, no other file. The
// pages of audits and of differences use it.
//
// It knows the style and the script that they share (assets/), how data is embedded in a page
// so that no string can break out of it, and the policy with which a browser runs and displays
// only what the page itself contains. It does not know what a page is about.
package shell
