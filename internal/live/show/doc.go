// Package show renders the results of commands about live sites: plans, what was written, what
// was read, what has changed, and whether the audit of a site agrees. Each result has its formats
// (internal/render).
//
// It knows words and layout. It does not call a site.
package show
