// Package qrs is a client of the repository of a Qlik Sense site (QRS), the interface that
// the QMC itself uses.
//
//	site.go         a site of sites.yaml: where it is, and as whom to connect
//	connect.go      TLS, and the ways to connect: certificate, header, JWT
//	call.go         one call: xrfkey, context, retries of GET, limits
//	answer.go       what an answer that is not one means, and what to do about it
//	list.go         lists as streams, counts, tables, and single entities
//	matrix.go       the site's own security audit
//
// Secrets come from files and from the environment. They are in no error and in no log.
// GET is retried, nothing else ever is: whether a write whose answer is lost has been done
// is for the caller to find out.
package qrs
