// Package measure compares the times of contenders: they take turns, so that other load on the machine
// affects all of them equally, and results are medians over rounds.
//
// It is independent of what the contenders decide.
package measure
