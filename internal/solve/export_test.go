package solve

import (
	"os"
	"strconv"
	"testing"
)

// JudgedQuestions returns the number of random questions for other solvers: a few; 2,000 with QLIK2REGO_EXACT, which CI
// sets; or the number in QLIK_QUESTIONS.
func JudgedQuestions(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("QLIK_QUESTIONS")); err == nil {
		return n
	}
	return min(questions(t, 60), 2_000)
}

// RandomQuestion returns the random question of a seed, and its subject. The world is nil if there are no questions about
// the rules of the seed.
func RandomQuestion(seed uint64) (w *World, class int, f Formula, about string) {
	q := newQuestion(seed)
	if q == nil {
		return nil, 0, nil, ""
	}
	return q.world, q.class, q.formula, describe(q.rules, q.condition, q.formula, q.typ)
}
