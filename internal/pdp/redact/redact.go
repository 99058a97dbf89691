// Package redact makes text suitable for logs and health: it removes possible secrets from
// addresses and limits the length.
//
// It does not know where the text comes from.
package redact

import (
	"regexp"
	"strings"
)

// Max is the maximum length of a text in bytes.
const Max = 512

// address is a URL with a user or a query: presigned addresses of S3, Azure and Google have
// their signature in the query.
var address = regexp.MustCompile(`(?i)\b([a-z][a-z0-9+.-]*://)(?:[^\s/?#"'<>]*@)?([^\s?#"'<>]*)([?#][^\s"'<>]*)?`)

// Text returns a text in which every address is cut to scheme, host and path, on one line, and
// shortened to Max bytes.
func Text(text string) string {
	cut := len(text) > 64*Max
	if cut {
		text = text[:64*Max] // a pattern is slow on megabytes
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
