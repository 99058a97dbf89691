package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

var codeUnusedIgnore = New(Lint{
	Code: "Q0499", Title: "ignore comment without effect or reason", Category: Style, Level: diag.Info,
	Doc: Doc{
		What:  "A comment `qlik2rego:ignore` gives no reason, names a code that does not exist, or suppresses nothing.",
		Wrong: []string{`App_* update {qlik2rego:ignore Q0454}: user.userId = "anna" and user.userDirectory = "ACME"`},
		Right: []string{`App_* update {qlik2rego:ignore Q0454 the only account of the robot}: user.userId = "anna" and user.userDirectory = "ACME"`},
		Why: "The comment of a rule accepts a finding with `qlik2rego:ignore CODE reason`. Without a reason, readers cannot tell why " +
			"the finding was accepted. A comment that suppresses nothing would hide the next finding of its kind.",
		Source: "Practice of linters such as Regal and golangci-lint.",
	},
	// Suppression reports this itself, after it knows what the comments suppress.
	Check: func(*Pass) {},
}).Code

// directive is one qlik2rego:ignore in the comment of a rule.
type directive struct {
	rule   ruleset.Rule
	codes  []diag.Code
	reason string
	used   bool
}

var ignoreComment = regexp.MustCompile(`qlik2rego:ignore[ \t]+(Q\d{4}(?:[ \t]*,[ \t]*Q\d{4})*)([^\r\n]*)`)

func directivesOf(r ruleset.Rule) []*directive {
	var list []*directive
	for _, m := range ignoreComment.FindAllStringSubmatch(r.Comment, -1) {
		d := &directive{rule: r, reason: strings.Trim(m[2], " \t:-–")}
		reason, _, _ := strings.Cut(d.reason, "qlik2rego:ignore")
		d.reason = strings.TrimSpace(reason)
		for _, code := range strings.Split(m[1], ",") {
			d.codes = append(d.codes, diag.Code(strings.TrimSpace(code)))
		}
		list = append(list, d)
	}
	return list
}

// suppress removes the findings that the comment of their rule ignores, counts them, and
// reports ignore comments without a reason or an effect. Errors of the compiler cannot be
// suppressed.
func (s *Set) suppress(list diag.List, rules []ruleset.Rule, config *Config) (kept diag.List, suppressed int) {
	byRule := map[diag.Rule][]*directive{}
	for _, r := range rules {
		if d := directivesOf(r); d != nil {
			byRule[diag.Rule{ID: r.ID, Name: r.Name}] = d
		}
	}
	for _, d := range list {
		if Find(d.Code) != nil && d.Rule != (diag.Rule{}) && useDirective(byRule[d.Rule], d.Code) {
			suppressed++
			continue
		}
		kept = append(kept, d)
	}
	if config.off(Find(codeUnusedIgnore)) {
		return kept, suppressed
	}
	for _, r := range rules {
		for _, d := range byRule[diag.Rule{ID: r.ID, Name: r.Name}] {
			if summary, detail := d.fault(); summary != "" {
				kept = append(kept, diag.Diagnostic{
					Code: codeUnusedIgnore, Severity: config.level(Find(codeUnusedIgnore), diag.Info), Summary: summary, Detail: detail,
					Rule: diag.Rule{ID: r.ID, Name: r.Name}, Text: r.Condition,
				})
			}
		}
	}
	return kept, suppressed
}

func useDirective(directives []*directive, code diag.Code) bool {
	found := false
	for _, d := range directives {
		if slices.Contains(d.codes, code) {
			d.used, found = true, true
		}
	}
	return found
}

func (d *directive) fault() (summary, detail string) {
	for _, code := range d.codes {
		if Find(code) == nil {
			return fmt.Sprintf("the comment ignores %s, which is not a lint", code), "qlik2rego check --list-rules lists the codes that can be ignored."
		}
	}
	switch {
	case !d.used:
		return fmt.Sprintf("the comment ignores %s, which the rule does not have", d.codes[0]), "Remove the comment qlik2rego:ignore, so that it cannot hide a later finding."
	case d.reason == "":
		return fmt.Sprintf("the comment ignores %s and gives no reason", d.codes[0]), fmt.Sprintf("Write why the finding is accepted: qlik2rego:ignore %s REASON.", d.codes[0])
	}
	return "", ""
}
