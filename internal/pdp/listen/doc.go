// Package listen opens the listeners of the decision point: addresses and unix sockets, with
// TLS and a limit on the number of connections.
//
// It knows which addresses are local to this machine. It does not know the protocol of a
// connection.
package listen
