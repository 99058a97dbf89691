package prove

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/solve"
	"github.com/qlik2rego/qlik2rego/internal/test/exact"
	"github.com/qlik2rego/qlik2rego/internal/test/judges"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

// TestJudges asks z3 and cvc5 every question of docs/assertions about the rules of a real site, or a sample if long
// tests are off.
func TestJudges(t *testing.T) {
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS does not name the folder of the real rules")
	}
	rules, _ := ruleset.Read(filepath.Join(corpus, "site-export", "systemrule.json"))
	policy, _ := compiler.Compile(rules, compiler.Options{})
	var list []judges.Question
	total := 0
	in := Input{Rules: Rules{rules, policy}, Assertions: library(t), Options: compiler.Options{Schema: schema.Default()}}
	in.Export = func(s Script) error {
		total++
		if s.Missing != "" {
			t.Errorf("%s: %s", s.Name, s.Missing)
		}
		verdict := solve.Impossible
		if strings.Contains(s.Text, "(set-info :status sat)") {
			verdict = solve.Possible
		}
		if exact.Enabled() || total%40 == 1 {
			list = append(list, judges.Question{About: s.Name, Script: s.Text, Verdict: verdict})
		}
		return nil
	}
	begin := time.Now()
	run(t, in)
	ours := time.Since(begin) * time.Duration(len(list)) / time.Duration(total)
	t.Logf("%d of %d questions", len(list), total)
	judges.Hold(t, list, ours)
}
