package solve_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/solve"
	"github.com/qlik2rego/qlik2rego/internal/solve/smt"
	"github.com/qlik2rego/qlik2rego/internal/test/judges"
)

// TestJudges compares the solver with z3 and cvc5 on random questions.
func TestJudges(t *testing.T) {
	var list []judges.Question
	without, ours := 0, time.Duration(0)
	for seed := range uint64(solve.JudgedQuestions(t)) {
		w, class, f, about := solve.RandomQuestion(seed)
		if w == nil {
			continue
		}
		begin := time.Now()
		verdict := w.Scope(class, f).Decide(f).Verdict
		ours += time.Since(begin)
		script, err := smt.Script(w, class, f)
		switch {
		case errors.Is(err, smt.ErrInexpressible) || verdict == solve.Unknown:
			without++
		case err != nil:
			t.Fatal(err)
		default:
			list = append(list, judges.Question{About: fmt.Sprint("question ", seed, "\n", about), Script: script, Verdict: verdict})
		}
	}
	t.Logf("%d questions, and %d without a script; our solver took %.1f s", len(list), without, ours.Seconds())
	if without > len(list) {
		t.Error("most questions have no script")
	}
	judges.Hold(t, list, ours)
}
