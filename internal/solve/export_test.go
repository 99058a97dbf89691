package solve

import (
	"os"
	"strconv"
	"testing"
)

// JudgedQuestions returns how many random questions other solvers are asked: few, or with
// QLIK2REGO_EXACT, which CI sets, 2,000, or as many as QLIK_QUESTIONS says.
func JudgedQuestions(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("QLIK_QUESTIONS")); err == nil {
		return n
	}
	return min(questions(t, 60), 2_000)
}

// RandomQuestion returns the random question of a seed, and what it is about. The world is
// nil if the rules of the seed cannot be asked about.
func RandomQuestion(seed uint64) (w *World, class int, f Formula, about string) {
	q := newQuestion(seed)
	if q == nil {
		return nil, 0, nil, ""
	}
	return q.world, q.class, q.formula, describe(q.rules, q.condition, q.formula, q.typ)
}
