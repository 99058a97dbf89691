// Package publish serves the bundle of a live site to decision points, as OPA's bundle
// service API has it: with entity tags and long polling, and as a delta to those who have a
// revision of late.
//
//	publish.go  revisions, and the deltas between them
//	handler.go  HTTP
//
// It knows neither the site nor what is in a bundle.
package publish
