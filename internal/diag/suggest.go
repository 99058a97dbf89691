package diag

import "strings"

// longestSuggestion limits the work of Suggest on a hostile word.
const longestSuggestion = 64

// Suggest returns the candidate that was most likely meant by a misspelt word, and whether
// there is one. It ignores case, counts a transposition as one edit, and allows a third of the
// word's letters, three at most, to be wrong. Of equally similar candidates it returns the
// first; it never suggests the word itself.
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

// DidYouMean returns the end of a message that suggests a candidate for a misspelt word, or "".
// show formats the candidate; nil leaves it as it is.
func DidYouMean(word string, candidates []string, show func(string) string) string {
	meant, ok := Suggest(word, candidates)
	if !ok {
		return ""
	}
	if show != nil {
		meant = show(meant)
	}
	return "; did you mean " + meant + "?"
}

// distance is the number of insertions, deletions, substitutions and transpositions of adjacent
// runes that turn a into b (optimal string alignment).
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
