// Package judges compares the answers of our solver with those of z3 and cvc5, using SMT-LIB scripts. A
// solver that is not installed is skipped visibly.
package judges

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/solve"
)

// judge is another solver, with the arguments of its attempts at a query. Each attempt has a limit of work,
// which does not depend on the load of the machine. One process answers many queries; between them, some
// solvers reset faster by push and pop, others by reset.
type judge struct {
	name     string
	attempts [][]string
	join     func(scripts []string) string
}

var all = []judge{
	{"z3", [][]string{{"-in", "auto_config=false", "rlimit=1000000"}}, pushed},
	{"cvc5", [][]string{
		{"--lang=smt2", "--incremental", "--strings-exp", "--rlimit-per=50000", "-"},
		{"--lang=smt2", "--incremental", "--strings-exp", "--strings-fmf", "--rlimit-per=100000", "-"},
	}, reset},
}

func reset(scripts []string) string { return strings.Join(scripts, "(reset)\n") }

func pushed(scripts []string) string {
	const logic = "(set-logic ALL)\n"
	var b strings.Builder
	b.WriteString(logic)
	for _, s := range scripts {
		b.WriteString("(push 1)\n" + strings.Replace(s, logic, "", 1) + "(pop 1)\n")
	}
	return b.String()
}

// Question is a query that our solver has answered.
type Question struct {
	About, Script string
	Verdict       solve.Verdict
}

// Hold fails the test if a judge gives another answer than our solver, or does not answer more than a tenth
// of the queries. It logs the time of the judge as a multiple of our solver's time.
func Hold(t *testing.T, list []Question, ours time.Duration) {
	t.Helper()
	for _, j := range all {
		t.Run(j.name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(j.name); err != nil {
				t.Skipf("%s is not installed: apt-get install %s", j.name, j.name)
			}
			agree, took := 0, time.Duration(0)
			open := list
			for _, attempt := range j.attempts {
				var left []Question
				for part := range slices.Chunk(open, 50) {
					answers, cpu := j.ask(t, attempt, part)
					took += cpu
					for i, q := range part {
						switch {
						case answers[i] != "sat" && answers[i] != "unsat":
							left = append(left, q)
						case (answers[i] == "sat") == (q.Verdict == solve.Possible):
							agree++
						default:
							t.Errorf("%s says %s, our solver the opposite\n%s\n%s", j.name, answers[i], q.About, q.Script)
						}
					}
				}
				open = left
			}
			t.Logf("agrees on %d, leaves %d open; %.1f s, %.1f times as long as our solver", agree, len(open), took.Seconds(), took.Seconds()/ours.Seconds())
			if len(open) > len(list)/10 {
				t.Errorf("%d of %d questions are left open, such as\n%s", len(open), len(list), open[0].Script)
			}
		})
	}
}

// ask returns the answers of an attempt at scripts, and its processor time. After an answer that is neither
// sat nor unsat it starts another process, because some solvers do not recover from reaching their limit.
func (j judge) ask(t *testing.T, arguments []string, list []Question) (answers []string, took time.Duration) {
	t.Helper()
	for len(answers) < len(list) {
		scripts := make([]string, 0, len(list))
		for _, q := range list[len(answers):] {
			scripts = append(scripts, q.Script)
		}
		cmd := exec.CommandContext(t.Context(), j.name, arguments...)
		cmd.Stdin = strings.NewReader(j.join(scripts))
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		took += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		given := strings.Fields(string(out))
		if i := slices.IndexFunc(given, func(a string) bool { return a != "sat" && a != "unsat" }); i >= 0 {
			given = given[:i+1]
		}
		if last := len(given) - 1; last < 0 || len(given) > len(scripts) || len(given) < len(scripts) && given[last] != "unknown" {
			t.Fatalf("%s gives %d answers to %d questions: %v %s\n%.2000s", j.name, len(given), len(scripts), err, stderr.String(), out)
		}
		answers = append(answers, given...)
	}
	return answers, took
}
