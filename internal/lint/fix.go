package lint

import (
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/resolve"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// maxFixes limits the fixes of one rule. Every fix makes the rule simpler, so the limit is only
// reached if two lints undo each other's fixes.
const maxFixes = 200

// Fix returns a rule after all automatic fixes that are proved not to change what it grants,
// applied one after the other, and the fixed findings. It skips rules shipped with Qlik Sense,
// and findings that the configuration or the rule's comment disables. The result has no
// positions in a file.
func Fix(r ruleset.Rule, options resolve.Options, config *Config) (ruleset.Rule, diag.List) {
	if config == nil {
		config = &Config{}
	}
	var fixed diag.List
	for range maxFixes {
		d, ok := nextFix(r, options, config)
		if !ok {
			break
		}
		r = WithFix(r, d)
		fixed = append(fixed, d)
	}
	return r, fixed
}

// nextFix returns the first finding about a rule that has a safe fix.
func nextFix(r ruleset.Rule, options resolve.Options, config *Config) (diag.Diagnostic, bool) {
	set := newSet([]ruleset.Rule{r}, options, nil)
	if len(set.Rules) == 0 || set.Rules[0].Product() {
		return diag.Diagnostic{}, false
	}
	_, found := resolve.Resolve([]*resolve.Rule{set.Rules[0].Rule}, set.Options)
	if found.HasErrors() {
		return diag.Diagnostic{}, false
	}
	for _, l := range All() {
		if l.Fix == Automatic && l.Check != nil && l.Scope == PerRule {
			more, _ := set.run(l, config)
			found = append(found, more...)
		}
	}
	directives := directivesOf(r)
	for _, d := range found {
		l := Find(d.Code)
		if l == nil || l.Fix != Automatic || d.Fix == nil || config.off(l) || config.ignores(d) || useDirective(directives, d.Code) {
			continue
		}
		if Keeps(r, d, set.Options) {
			return d, true
		}
	}
	return diag.Diagnostic{}, false
}

// Codes returns the codes of findings, sorted and without duplicates.
func Codes(list diag.List) []diag.Code {
	var codes []diag.Code
	for _, d := range list {
		codes = append(codes, d.Code)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
