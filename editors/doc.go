// Package editors keeps the grammars of the editors in sync with the language: the TextMate
// grammars for VS Code, and the tree-sitter grammar for Neovim, Helix and others. The words of
// the grammars come from condition.Language and package qrule; the test of this package writes
// the generated files with -update, and fails if one of them is out of date.
package editors
