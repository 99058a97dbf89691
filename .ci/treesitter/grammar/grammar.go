// Package grammar is the generated parser of editors/tree-sitter-qrule. The file parser.c is a link to
// it, so that Go compiles it again after a change.
package grammar

// #cgo CFLAGS: -std=c11 -I${SRCDIR}/../../../editors/tree-sitter-qrule/src
// void *tree_sitter_qrule(void);
import "C"

import "unsafe"

// Language returns the parser for tree_sitter.NewLanguage.
func Language() unsafe.Pointer { return unsafe.Pointer(C.tree_sitter_qrule()) }
