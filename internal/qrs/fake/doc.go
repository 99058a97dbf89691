// Package fake is a Qlik Sense repository service (QRS) for tests and for the command site
// demo: an HTTPS server with a site's entities that answers as the real API does, as far as
// that is documented or has been observed.
//
//	store.go, collection.go   the entities, by type, and their changes
//	filter.go                 the filter language of ?filter=
//	server.go, proxy.go       identity, xrfkey, routes; the virtual proxies
//	entities.go, table.go     the generic endpoints
//	audit.go                  the security audits, decided by internal/evaluate
//	changes.go                notifications, and changes since a date
//	fault.go                  intentional faults
//	certificates.go           the site's own authority and certificates
//	synthetic.go              a site of any size that needs no memory
//
// It shares no decision with the code that it tests: the independent evaluator decides its
// audits. It is not a copy of Qlik's service: behaviour that has not been observed is an
// option.
package fake
