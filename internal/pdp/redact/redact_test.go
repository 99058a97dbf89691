package redact_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/internal/pdp/redact"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"":            "",
		"plain text.": "plain text.",
		`Get "http://h:1/b.tar.gz?sig=SECRET": refused`:              `Get "http://h:1/b.tar.gz": refused`,
		`Get "https://user:SECRET@h/b.tar.gz": refused`:              `Get "https://h/b.tar.gz": refused`,
		`s3+HTTP://SECRET@h?SECRET and https://h/#SECRET, then more`: `s3+HTTP://h and https://h/ then more`,
		"a user@host and a?b=c stay":                                 "a user@host and a?b=c stay",
	} {
		if got := redact.Text(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestTextIsShort(t *testing.T) {
	for _, long := range []string{strings.Repeat("x", 1<<20), strings.Repeat("é", 300), "http://h/?" + strings.Repeat("SECRET", 100_000), strings.Repeat("http://SECRET@", 10_000)} {
		got := redact.Text(long)
		if len(got) > redact.Max+8 || !utf8.ValidString(got) || strings.Contains(got, "SECRET") && !strings.Contains(long, "SECRET@http") {
			t.Errorf("%.20q… becomes %d bytes: %.80q", long, len(got), got)
		}
	}
}
