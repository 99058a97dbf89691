package evaluate

// like reports whether the whole value matches the pattern of like: * is any run, including
// line feeds, ? is one code point, and a backslash makes a following *, ? or backslash a
// literal. All other characters are literals.
//
// It walks the pattern once and keeps the set of positions in the value at which the part
// walked so far can end.
func like(pattern, value string) bool {
	v := []rune(value)
	ends := make([]bool, len(v)+1)
	ends[0] = true
	for p := []rune(pattern); len(p) > 0; p = p[1:] {
		next := make([]bool, len(v)+1)
		switch p[0] {
		case '*':
			begun := false
			for i, end := range ends {
				begun = begun || end
				next[i] = begun
			}
		case '?':
			copy(next[1:], ends)
		default:
			if escapes(p) {
				p = p[1:]
			}
			for i, c := range v {
				next[i+1] = ends[i] && c == p[0]
			}
		}
		ends = next
	}
	return ends[len(v)]
}

func escapes(pattern []rune) bool {
	if len(pattern) < 2 || pattern[0] != '\\' {
		return false
	}
	return pattern[1] == '*' || pattern[1] == '?' || pattern[1] == '\\'
}
