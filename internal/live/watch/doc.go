// Package watch follows a live site: what changes there, by whom, and who gains and loses
// what by it.
//
//	watch.go     rounds: has anything changed, and what
//	entities.go  the entities that differ between two snapshots
//	event.go     what is told, and to whom
//	subscribe.go the site tells that something has changed
//	metrics.go   numbers for Prometheus
//
// A round asks for the changes since the last one where the site answers that, else it
// reads what has changed by date. Once in an hour everything is read. It never writes to
// the site.
package watch
