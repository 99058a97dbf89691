// Package redact makes text fit for logs and health: addresses without what may
// be a secret in them, and no more than a few lines of anything.
//
// It does not know where the text comes from.
package redact

import (
	"regexp"
	"strings"
)

// Max is the number of bytes of a text.
const Max = 512

// address is a URL with a user or a query: presigned addresses of S3, Azure and
// Google have their signature in the query.
var address = regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]*://)(?:[^\s/?#"'<>]*@)?([^\s?#"'<>]*)([?#][^\s"'<>]*)?`)

// Text returns a text with every address cut to scheme, host and path, on one
// line, and shortened to Max bytes.
func Text(text string) string {
	cut := len(text) > 64*Max
	if cut {
		text = text[:64*Max] // a pattern over megabytes takes its time
	}
	text = address.ReplaceAllString(text, "$1$2")
	if len(text) > Max {
		text, cut = text[:Max], true
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if cut {
		text += "…"
	}
	return text
}
