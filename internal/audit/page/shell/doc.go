// Package shell puts HTML pages together that need nothing else: no network, no server,
// no other file. The pages of audits and of differences are made with it.
//
// It knows the style and the script that they share (assets/), how data are held in a
// page so that no text breaks out of it, and the policy by which a browser runs and
// shows what the page itself holds and nothing else. It refuses to know what a page is
// about.
package shell
