package rego

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// quote returns a Rego string. What a reader would not see is escaped, so that
// a rule's text cannot change what a reviewer sees of the code around it.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		default:
			b.WriteString(visible(r))
		}
	}
	b.WriteByte('"')
	return b.String()
}

// visible returns the rune, or its escape where it does not print.
func visible(r rune) string {
	switch {
	case unicode.IsGraphic(r) && (r == ' ' || !unicode.IsSpace(r)):
		return string(r)
	case r > 0xffff:
		hi, lo := surrogates(r)
		return fmt.Sprintf(`\u%04x\u%04x`, hi, lo)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

func surrogates(r rune) (hi, lo rune) {
	r -= 0x10000
	return 0xd800 + r>>10, 0xdc00 + r&0x3ff
}

// regexpLiteral returns a Rego string for a regular expression, raw if possible because doubled
// backslashes are hard to read.
func regexpLiteral(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r == '`' || visible(r) != string(r) }) {
		return quote(s)
	}
	return "`" + s + "`"
}

func quoteAll(strs []string) string {
	quoted := make([]string, len(strs))
	for i, t := range strs {
		quoted[i] = quote(t)
	}
	return strings.Join(quoted, ", ")
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// field returns the reference to a key of an object: .name or ["@name"].
func field(key string) string {
	if identifier.MatchString(key) && !isKeyword(key) {
		return "." + key
	}
	return "[" + quote(key) + "]"
}

// comment returns text as comment lines, each indented after the "#".
func comment(indent, text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line = strings.TrimRight(strings.ReplaceAll(line, "\t", "    "), " \r")
		if line == "" {
			b.WriteString("#\n")
			continue
		}
		b.WriteString("#" + indent)
		if trimmed := strings.TrimLeft(line, " "); strings.HasPrefix(trimmed, "METADATA") {
			// OPA would parse the lines below as annotations.
			line = strings.TrimSuffix(line, trimmed) + `\u004d` + trimmed[1:]
		}
		for _, r := range line {
			b.WriteString(visible(r))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// snake returns a name in snake case, as usual in Rego: lower case, words joined by _.
// Characters other than ASCII letters and digits separate words.
func snake(name string) string {
	var b strings.Builder
	gap, last := false, rune(0)
	for _, r := range name {
		upper := 'A' <= r && r <= 'Z'
		if !upper && !('a' <= r && r <= 'z') && !('0' <= r && r <= '9') {
			gap, last = true, 0
			continue
		}
		lower := 'a' <= last && last <= 'z' || '0' <= last && last <= '9'
		if b.Len() > 0 && (gap || upper && lower) {
			b.WriteByte('_')
		}
		gap, last = false, r
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

var plainYAML = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*( [A-Za-z0-9_]+)*$`)

// yaml returns a scalar for a METADATA block, quoted unless it consists of plain words.
func yaml(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "null", "y", "n":
		return strconv.Quote(s)
	}
	if plainYAML.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}
