// Package management connects a decision point to a control plane by OPA's
// management APIs: bundles from a server, with signatures and a cache on disk,
// discovery, decision logs, status and traces, as an OPA configuration says.
//
// OPA's own plugins do the work, under OPA's own plugin manager. What is ours is
// where they meet the engine: a bundle that OPA has downloaded, verified and
// stored goes to live as bytes, so that its data is in memory once and compact
// (activator), and OPA's store holds manifests alone (store). Beside that it
// makes a configuration safe (harden) and a server that falls silent an error
// (stall).
//
// It refuses to know AuthZEN, requests, and how a policy decides.
package management
