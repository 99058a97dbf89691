//go:build !js

package condition

import "golang.org/x/text/unicode/runenames"

// runeName returns the name of a character in the Unicode standard.
func runeName(r rune) string { return runenames.Name(r) }
