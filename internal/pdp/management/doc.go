// Package management connects a decision point to a control plane with OPA's management APIs:
// bundles from a server, with signatures and a cache on disk, discovery, decision logs, status
// and traces, according to an OPA configuration.
//
// OPA's own plugins do the work, under OPA's own plugin manager. This package connects them to
// the engine: a bundle that OPA has downloaded, verified and stored is passed to live as bytes,
// so that its data is in memory once and compact (activator), and OPA's store holds manifests
// only (store). It also makes a configuration safe (harden) and detects servers that stall
// (stall).
//
// It does not know AuthZEN, requests, or how a policy decides.
package management
