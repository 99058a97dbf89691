// Package measure times contenders against each other: in turns, so that
// whatever else the machine does hits all alike, and as medians over rounds.
//
// It knows functions and time. It refuses to know what is decided.
package measure
