package condition

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// maxErrors is the maximum number of errors reported for one condition.
const maxErrors = 20

// reporter collects the diagnostics of one condition.
type reporter struct {
	text *diag.Text
	rule diag.Rule
	list diag.List
	// fatal is set by an error that cannot be repaired: the condition cannot be parsed.
	fatal bool
}

func (r *reporter) full() bool { return len(r.list) > maxErrors }

// report adds an error that can be repaired.
func (r *reporter) report(code diag.Code, subject Span, summary, detail string, fix *diag.Fix) {
	if r.full() {
		return
	}
	if len(r.list) == maxErrors {
		code, fix = codeTooMany, nil
		summary, detail = "too many errors in this condition", "The rest of it is not checked. Repair what is reported above first."
	}
	r.list = append(r.list, diag.Diagnostic{
		Code: code, Severity: diag.Error, Summary: summary, Detail: detail,
		Rule: r.rule, Text: r.text, Subject: subject, Fix: fix,
	})
}

// stop adds an error after which the condition cannot be parsed.
func (r *reporter) stop(code diag.Code, subject Span, summary, detail string, fix *diag.Fix) {
	r.fatal = true
	r.report(code, subject, summary, detail, fix)
}

// replace is the fix that writes text instead of a range.
func replace(message string, where Span, text string) *diag.Fix {
	return &diag.Fix{Message: message, Range: where, Replacement: text}
}

// shown quotes a part of the condition for a message: on one line, and cut to a readable
// length.
func shown(s string) string {
	const longest = 40
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > longest {
		s = string([]rune(s)[:longest]) + "…"
	}
	return "`" + s + "`"
}

// character describes a character: the character itself if it is visible, and its name.
func character(r rune) string {
	name := strings.TrimSpace(fmt.Sprintf("U+%04X %s", r, runeName(r)))
	if unicode.IsGraphic(r) && !unicode.IsSpace(r) {
		return fmt.Sprintf("`%c` (%s)", r, name)
	}
	return name
}

// foreignLetters describes the non-ASCII characters of a word, which often look like ASCII
// letters. It is "" for an ASCII word.
func foreignLetters(word string) string {
	i := strings.IndexFunc(word, func(r rune) bool { return r > unicode.MaxASCII })
	if i < 0 {
		return ""
	}
	r, _ := utf8.DecodeRuneInString(word[i:])
	return "It contains " + character(r) + "."
}

// sentences joins the non-empty parts of a message.
func sentences(parts ...string) string {
	var said []string
	for _, p := range parts {
		if p != "" {
			said = append(said, p)
		}
	}
	return strings.Join(said, " ")
}
