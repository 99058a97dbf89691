// Package qrs is a client of the repository service (QRS) of a Qlik Sense site, the API that
// the QMC itself uses.
//
//	site.go         a site of sites.yaml: where it is, and as whom to connect
//	connect.go      TLS, and the ways to connect: certificate, header, JWT
//	call.go         one call: xrfkey, context, retries of GET, limits
//	answer.go       errors instead of an answer, and what to do about them
//	list.go         lists as streams, counts, tables, and single entities
//	matrix.go       the site's own security audit
//
// Secrets come from files and from the environment, and never appear in errors or logs. Only
// GET is retried: the caller has to find out whether a write with a lost answer was done.
package qrs
