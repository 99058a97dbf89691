// Package jsonfile parses JSON as Qlik's tools write it: UTF-8 or UTF-16, with or without
// byte-order mark, from a rule export of kilobytes to a collection of gigabytes. It keeps the
// position of every value in the file.
//
// It knows encodings, JSON and positions, but not rules or entities, nor what the values mean.
//
// All offsets are byte offsets in the decoded text (UTF-8, without byte-order mark), except in
// a diag.Position.
package jsonfile
