// Package deploy holds what docs/deploy ships for operators to what is said of
// it: the commands run as processes, the files are the ones that people copy.
//
// It knows the image's build command and what it must yield, the manifests, the
// stock OPA server as sites that run fleets of it configure it (discovery,
// bundle service, status), the example clients, and the adapter for Envoy.
//
// It is a package of tests and refuses to know how decisions come about: it
// compares what two programs say.
package deploy
