// Package deploy tests the files in docs/deploy that are shipped for operators: it runs the commands as
// processes and uses the files that people copy.
//
// It covers the image's build command and its result, the manifests, the stock OPA server as configured
// for fleets (discovery, bundle service, status), the example clients, and the adapter for Envoy.
//
// It contains only tests, and does not check decisions by itself: it compares the output of two programs.
package deploy
