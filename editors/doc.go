// Package editors keeps the grammars of the editors in step with the language: those of
// TextMate for VS Code, and that of tree-sitter for Neovim, Helix and others. The words of the
// grammars are those of condition.Language and of package qrule; the test of this package
// writes the generated files with -update, and fails if one is not current.
package editors
