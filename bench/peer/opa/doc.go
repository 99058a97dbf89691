// Package opa decides by Rego: qlik2rego's bundle through its entry points,
// hand-written Rego of two kinds, and two floors.
package opa
