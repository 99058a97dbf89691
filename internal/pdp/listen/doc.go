// Package listen opens the doors of the decision point: addresses and unix
// sockets, with a bound on the connections through them, and TLS.
//
// It knows which addresses only this machine can reach. It refuses to know what
// is said on a connection.
package listen
