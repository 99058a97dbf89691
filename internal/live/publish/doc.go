// Package publish serves the bundle of a live site to decision points through OPA's bundle
// service API: with entity tags and long polling, and as a delta for clients with a recent
// revision.
//
//	publish.go  revisions, and the deltas between them
//	handler.go  HTTP
//
// It is independent of the site and of the content of bundles.
package publish
