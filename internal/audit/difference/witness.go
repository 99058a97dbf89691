package difference

import (
	"regexp"
	"regexp/syntax"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
)

// witnesses returns short texts that a pattern meets, about as many as are asked for, or
// all if there are fewer; none where none were found.
func witnesses(p pattern, most int) []string {
	re, err := syntax.Parse(p.expression, syntax.Perl)
	if err != nil {
		return nil
	}
	compiled, err := regexp.Compile(p.expression)
	if err != nil {
		return nil
	}
	list := words(re.Simplify(), most)
	if !p.exact {
		for i, w := range list {
			list[i] = schema.Fold(w)
		}
	}
	return slices.DeleteFunc(list, func(w string) bool { return !compiled.MatchString(w) })
}

// words returns texts of an expression, its assertions left aside.
func words(re *syntax.Regexp, most int) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpCharClass:
		return printable(re.Rune, most)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return printable([]rune{' ', '~'}, most)
	case syntax.OpCapture:
		return words(re.Sub[0], most)
	case syntax.OpConcat:
		list := []string{""}
		for _, sub := range re.Sub {
			list = chained(list, words(sub, most), most)
		}
		return list
	case syntax.OpAlternate:
		var list []string
		for _, sub := range re.Sub {
			list = append(list, words(sub, most)...)
		}
		return list
	case syntax.OpStar:
		return repeated(re.Sub[0], 0, -1, most)
	case syntax.OpPlus:
		return repeated(re.Sub[0], 1, -1, most)
	case syntax.OpQuest:
		return repeated(re.Sub[0], 0, 1, most)
	case syntax.OpRepeat:
		return repeated(re.Sub[0], re.Min, re.Max, most)
	case syntax.OpNoMatch:
		return nil
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
	}
	return []string{""}
}

// chained returns the texts of one list with those of another behind.
func chained(first, then []string, most int) []string {
	var list []string
	for _, a := range first {
		for _, b := range then {
			if len(list) < most {
				list = append(list, a+b)
			}
		}
	}
	return list
}

// repeated returns texts of an expression that is there a number of times, the shortest
// first; of most times there is no bound if it is below 0.
func repeated(re *syntax.Regexp, least, times, most int) []string {
	once, layer := words(re, most), []string{""}
	for range least {
		layer = chained(layer, once, most)
	}
	var list []string
	for n := least; (times < 0 || n <= times) && len(list) < most && len(layer) > 0; n++ {
		list = append(list, layer...)
		layer = chained(layer, once, most)
	}
	return list
}

// printable returns signs of a class that are not the same but for case, letters and
// digits first if there are some.
func printable(class []rune, most int) []string {
	var list []string
	known := map[string]bool{}
	add := func(r rune) {
		if fold := schema.Fold(string(r)); len(list) < most && !known[fold] {
			known[fold] = true
			list = append(list, string(r))
		}
	}
	for _, r := range "axAX01" {
		for i := 0; i+1 < len(class); i += 2 {
			if class[i] <= r && r <= class[i+1] {
				add(r)
			}
		}
	}
	for i := 0; i+1 < len(class); i += 2 {
		for r := class[i]; r <= class[i+1] && len(list) < most; r++ {
			add(r)
		}
	}
	return list
}
