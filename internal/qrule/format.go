package qrule

import (
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// Header is the header of a rule. Empty values are not written, except for name and filter.
type Header struct {
	Name, ID, Filter        string
	Actions                 []string
	Context, Type, Category string
	Disabled                bool
	Tags                    []string
	// Only are the sites that the file is for; if empty, it is for all sites.
	Only    []string
	Comment string
}

// Format returns the content of a rule's file. [Parse] reads the same header and condition from it.
func Format(h Header, condition string) []byte {
	eol, body := writtenAs(condition)
	var b strings.Builder
	b.WriteString(fence + "\n")
	line := func(key, value string) { b.WriteString(key + ": " + value + "\n") }
	line("name", quoted(h.Name, false))
	if h.ID != "" {
		line("id", quoted(h.ID, false))
	}
	line("filter", quoted(h.Filter, false))
	line("actions", list(h.Actions))
	for _, e := range [][2]string{{"context", h.Context}, {"type", h.Type}, {"category", h.Category}} {
		if e[1] != "" {
			line(e[0], quoted(e[1], false))
		}
	}
	if h.Disabled {
		line("disabled", "true")
	}
	if len(h.Tags) > 0 {
		line("tags", list(h.Tags))
	}
	if len(h.Only) > 0 {
		line("only", list(h.Only))
	}
	if eol != LF {
		line("eol", eol)
	}
	if h.Comment != "" {
		line("comment", paragraph(h.Comment))
	}
	b.WriteString(fence + "\n" + body + "\n")
	return []byte(b.String())
}

func list(items []string) string {
	var all []string
	for _, item := range items {
		all = append(all, quoted(item, true))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// Quote formats a string as the value of a key.
func Quote(s string) string { return quoted(s, false) }

// quoted formats a string for a header: plain if YAML reads that as the same string, otherwise in
// double quotes.
func quoted(s string, inList bool) string {
	if isPlain(s) && (!inList || !strings.ContainsAny(s, ",[]{}")) {
		return s
	}
	b, _ := jsontext.AppendQuote(nil, s) // invalid UTF-8 is replaced
	return string(b)
}

// notStrings are the words that YAML does not read as strings.
var notStrings = []string{"null", "~", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "-.inf", "+.inf"}

func isPlain(s string) bool {
	switch {
	case s == "", strings.TrimSpace(s) != s, strings.ContainsRune("!&*-?|>@%`\"'#,[]{}:=~+.", rune(s[0])):
		return false
	case strings.Contains(s, ": "), strings.Contains(s, " #"), strings.HasSuffix(s, ":"):
		return false
	case slices.Contains(notStrings, strings.ToLower(s)), isNumberLike(s):
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar })
}

// isNumberLike reports whether YAML may read a word as a number or a date.
func isNumberLike(s string) bool {
	return s[0] >= '0' && s[0] <= '9' && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsDigit(r) && !strings.ContainsRune("+-.,_:eExXoOTZtzabcdfABCDF ", r)
	}) && !isID(s)
}

// isID reports whether a word has the form of an id, which cannot be read as a number.
func isID(s string) bool { return len(s) == 36 && strings.Count(s, "-") == 4 }

// paragraph formats a string as a block of text if it has several lines and can be read back from a
// block, otherwise on one line.
func paragraph(s string) string {
	mark := "|-"
	text, ended := strings.CutSuffix(s, "\n")
	if ended {
		mark = "|"
	}
	odd := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
	if !strings.Contains(text, "\n") || strings.ContainsFunc(s, odd) || strings.HasSuffix(text, "\n") || strings.TrimLeft(text, " \n") != text {
		return quoted(s, false)
	}
	var b strings.Builder
	b.WriteString(mark)
	for l := range strings.SplitSeq(text, "\n") {
		b.WriteByte('\n')
		if l != "" {
			b.WriteString("  " + l)
		}
	}
	return b.String()
}
