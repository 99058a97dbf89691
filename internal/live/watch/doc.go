// Package watch follows a live site: what changes there, by whom, and who gains or loses access
// because of it.
//
//	watch.go     a round: has anything changed, and what
//	rounds.go    rounds until a context ends: publishing and reporting of changes
//	entities.go  the entities that differ between two snapshots
//	event.go     the reported events, and webhooks
//	subscribe.go notifications from the site
//	metrics.go   metrics for Prometheus
//
// A round queries the changes since the last one if the site supports that; otherwise it reads
// the entities that were changed since then. Once an hour it reads everything. It never writes to
// the site.
package watch
