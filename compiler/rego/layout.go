package rego

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// columns is the maximum length of generated lines, if a line can be broken.
const columns = 120

// width is the number of columns of a line, with four for a tab.
func width(line string) int { return utf8.RuneCountInString(line) + 3*strings.Count(line, "\t") }

// wrapCondition breaks a condition into lines for a comment: before an operator outside quotes
// if possible, else at a space outside quotes.
func wrapCondition(condition string, limit int) string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(condition, "\r\n", "\n"), "\n") {
		for width(line) > limit {
			at := breakBefore(line, limit)
			if at <= 0 {
				break
			}
			out = append(out, line[:at])
			line = "  " + strings.TrimLeft(line[at:], " ")
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

// breakBefore returns the offset at which a line of a condition that is too long can be broken:
// at a space outside quotes, or 0 if there is none.
func breakBefore(line string, limit int) int {
	quoted := rune(0)
	space, operator := 0, 0
	indent := len(line) - len(strings.TrimLeft(line, " "))
	for i, r := range line {
		if utf8.RuneCountInString(line[:i]) > limit {
			break
		}
		switch {
		case quoted != 0:
			if r == quoted {
				quoted = 0
			}
		case r == '"' || r == '\'':
			quoted = r
		case r == ' ' && i > indent:
			space = i
			next := strings.TrimLeft(line[i:], " ")
			if strings.HasPrefix(next, "and ") || strings.HasPrefix(next, "or ") || strings.HasPrefix(next, "&&") || strings.HasPrefix(next, "||") {
				operator = i
			}
		}
	}
	if operator > 0 {
		return operator
	}
	return space
}

// scalar returns a field of a METADATA block with a value, quoted unless it consists of plain
// words.
func scalar(indent, key, value string) string {
	if line := "#" + indent + key + ": " + yaml(value) + "\n"; width(line) <= columns {
		return line
	}
	return quotedScalar(indent, key, value)
}

// quotedScalar returns a field with a quoted value, broken after commas and spaces if it is too
// long.
func quotedScalar(indent, key, value string) string {
	quoted := strconv.Quote(value)
	return "#" + indent + key + ": " + wrapped(quoted[1:len(quoted)-1], "#"+indent+"  ", columns-width(indent+key)-6) + "\n"
}

// wrapped breaks the content of a double-quoted YAML string. An escaped line break joins the
// lines; a line that begins with a space begins with its escape.
func wrapped(text, indent string, first int) string {
	var b strings.Builder
	b.WriteByte('"')
	limit := first
	for utf8.RuneCountInString(text) > limit {
		at := strings.LastIndexAny(prefix(text, limit), ", ")
		if at < 0 {
			break
		}
		b.WriteString(text[:at+1] + "\\\n" + indent)
		if text = text[at+1:]; strings.HasPrefix(text, " ") {
			b.WriteByte('\\')
		}
		limit = columns - width(indent) - 2
	}
	return b.String() + text + `"`
}

// prefix returns at most limit characters from the start of text.
func prefix(text string, limit int) string {
	letters := []rune(text)
	return string(letters[:min(limit, len(letters))])
}

// broken breaks a line of code that is too long inside its first braces: as many elements per
// line as fit; an element that is itself too long is broken in the same way.
func broken(line string) string {
	open, shut, commas := braces(line)
	if width(line) <= columns || open == shut {
		return line
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, "\t"))] + "\t"
	lines, from := []string{line[:open+1]}, open+1
	for _, at := range append(commas, shut) {
		element := strings.TrimLeft(line[from:at], " ") + ","
		last := len(lines) - 1
		if joined := lines[last] + " " + element; last > 0 && width(joined) <= columns {
			lines[last] = joined
		} else {
			lines = append(lines, indent+element)
		}
		from = at + 1
	}
	for i := range lines[1:] {
		lines[i+1] = broken(lines[i+1])
	}
	return strings.Join(append(lines, indent[1:]+line[shut:]), "\n")
}

// flow returns words as a list in METADATA, broken if they are too long.
func flow(indent string, words []string, first int) string {
	var b strings.Builder
	limit := first
	for i, word := range words {
		switch {
		case i == 0:
		case limit < len(word)+3:
			b.WriteString(",\n" + indent)
			limit = columns - width(indent)
		default:
			b.WriteString(", ")
			limit -= 2
		}
		b.WriteString(word)
		limit -= len(word)
	}
	return b.String()
}

// braces finds the first pair of braces outside strings in a line of code, and the commas
// directly inside.
func braces(line string) (open, shut int, commas []int) {
	depth := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '"':
			for i++; line[i] != '"'; i++ {
				if line[i] == '\\' {
					i++
				}
			}
		case '`':
			i += 1 + strings.IndexByte(line[i+1:], '`')
		case '{':
			if depth++; depth == 1 {
				open = i
			}
		case '}':
			if depth--; depth == 0 {
				return open, i, commas
			}
		case ',':
			if depth == 1 {
				commas = append(commas, i)
			}
		}
	}
	return 0, 0, nil
}
