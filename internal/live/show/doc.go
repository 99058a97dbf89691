// Package show renders the results of commands about live sites: plans, writes, pulls, changes on
// the site, and comparisons with the audit of a site. Each result has its formats
// (internal/render).
//
// It contains only words and layout. It does not call a site.
package show
