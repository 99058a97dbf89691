// Package opa decides with Rego: with qlik2rego's bundle through its entry points, with hand-written Rego
// of two kinds, and with two floors.
package opa
