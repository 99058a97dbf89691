package diag

import "strings"

// longestSuggestion bounds the work that Suggest does on a hostile word.
const longestSuggestion = 64

// Suggest returns the candidate that a reader most likely meant by a misspelt
// word, and whether there is one. Case is ignored, a transposition counts as one
// edit, and a third of the word's letters, three at most, may be wrong. Of equally
// near candidates the first is taken; the word itself is never suggested.
func Suggest(word string, candidates []string) (string, bool) {
	if len(word) > longestSuggestion {
		return "", false
	}
	wanted := []rune(strings.ToLower(word))
	best, nearest := "", min(max(len(wanted)/3, 1), 3)+1
	for _, candidate := range candidates {
		if candidate == word || len(candidate) > longestSuggestion {
			continue
		}
		if d := distance(wanted, []rune(strings.ToLower(candidate))); d < nearest && d < len(wanted) {
			best, nearest = candidate, d
		}
	}
	return best, best != ""
}

// distance is the number of insertions, deletions, substitutions and
// transpositions of neighbours that turn a into b (optimal string alignment).
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
