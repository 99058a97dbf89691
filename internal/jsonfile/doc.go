// Package jsonfile reads JSON as Qlik's tools write it: UTF-8 or UTF-16, with
// or without byte-order mark, a rule export of kilobytes or a collection of
// gigabytes, and remembers where in the file everything stood.
//
// It knows encodings, JSON and places. It knows no rules and no entities: what
// the values mean, and what is said about them, is for those who read them.
//
// All offsets are byte offsets in the decoded text (UTF-8, without mark) unless
// they stand in a diag.Position.
package jsonfile
