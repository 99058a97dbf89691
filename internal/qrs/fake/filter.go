package fake

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A filter is the condition of ?filter=, such as: name sw 'Q1' and stream.id eq 2b1c….
type filter func(object) bool

// filterToken matches one token: a string in single quotes, in which a backslash
// escapes, a parenthesis, or a word.
var filterToken = regexp.MustCompile(`^\s*('(?:[^'\\]|\\.)*'|\(|\)|[^\s()']+)`)

// parseFilter parses a filter; every entity passes the filter "". The errors are those of the
// repository service.
func parseFilter(text string) (filter, error) {
	if strings.TrimSpace(text) == "" {
		return func(object) bool { return true }, nil
	}
	p := &filterParser{text: text}
	for rest := text; strings.TrimSpace(rest) != ""; {
		m := filterToken.FindStringSubmatch(rest)
		if m == nil {
			return nil, p.fail()
		}
		p.tokens = append(p.tokens, m[1])
		rest = rest[len(m[0]):]
	}
	f, err := p.or()
	if err == nil && len(p.tokens) > 0 {
		err = p.fail()
	}
	return f, err
}

type filterParser struct {
	text   string
	tokens []string
}

func (p *filterParser) fail() error { return said("Cannot parse the expression: " + p.text) }

func (p *filterParser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *filterParser) accept(word string) bool {
	if len(p.tokens) > 0 && strings.EqualFold(p.tokens[0], word) {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *filterParser) or() (filter, error) {
	f, err := p.and()
	for err == nil && p.accept("or") {
		left := f
		var right filter
		right, err = p.and()
		f = func(o object) bool { return left(o) || right(o) }
	}
	return f, err
}

func (p *filterParser) and() (filter, error) {
	f, err := p.primary()
	for err == nil && p.accept("and") {
		left := f
		var right filter
		right, err = p.primary()
		f = func(o object) bool { return left(o) && right(o) }
	}
	return f, err
}

func (p *filterParser) primary() (filter, error) {
	if p.accept("(") {
		if p.accept(")") {
			return nil, said("Invalid expression")
		}
		f, err := p.or()
		if err == nil && !p.accept(")") {
			err = p.fail()
		}
		return f, err
	}
	path, op, value := p.next(), strings.ToLower(p.next()), p.next()
	compare, known := filterOperators[op]
	if path == "" || value == "" || !known || strings.ContainsAny(path, `'()"`) || strings.ContainsAny(value, `()"`) && !strings.HasPrefix(value, "'") {
		return nil, p.fail()
	}
	if strings.HasPrefix(value, "'") {
		value = unescape(value[1 : len(value)-1])
	}
	segments := strings.Split(path, ".")
	return func(o object) bool {
		for _, got := range valuesAt(o, segments) {
			if compare(enumNumber(segments, got), enumNumber(segments, value)) {
				return true
			}
		}
		return false
	}, nil
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

var filterOperators = map[string]func(got, value string) bool{
	"eq": strings.EqualFold,
	"ne": func(a, b string) bool { return !strings.EqualFold(a, b) },
	"gt": func(a, b string) bool { return order(a, b) > 0 },
	"ge": func(a, b string) bool { return order(a, b) >= 0 },
	"lt": func(a, b string) bool { return order(a, b) < 0 },
	"le": func(a, b string) bool { return order(a, b) <= 0 },
	"sw": func(a, b string) bool { return strings.HasPrefix(strings.ToLower(a), strings.ToLower(b)) },
	"ew": func(a, b string) bool { return strings.HasSuffix(strings.ToLower(a), strings.ToLower(b)) },
	"so": func(a, b string) bool { return strings.Contains(strings.ToLower(a), strings.ToLower(b)) },
}

// order compares numbers as numbers and dates, which have one format, as strings.
func order(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	switch {
	case errX != nil || errY != nil:
		return strings.Compare(a, b)
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// enums are the names of enumerated values, which filters may use.
var enums = map[string][]string{
	"rulecontext": {"BothQlikSenseAndQMC", "QlikSenseOnly", "QMCOnly"},
}

func enumNumber(path []string, value string) string {
	for i, name := range enums[strings.ToLower(path[len(path)-1])] {
		if strings.EqualFold(name, value) {
			return strconv.Itoa(i)
		}
	}
	return value
}

// valuesAt returns the strings at the end of a path; a list leads to all of its items, and
// @Name to the values of a custom property.
func valuesAt(v any, path []string) []string {
	switch v := v.(type) {
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, valuesAt(item, path)...)
		}
		return all
	case object:
		if len(path) == 0 {
			return nil
		}
		if name, custom := strings.CutPrefix(path[0], "@"); custom {
			return customValues(v, name)
		}
		inner, _ := field(v, path[0])
		return valuesAt(inner, path[1:])
	case nil:
		return nil
	}
	if len(path) > 0 {
		return nil
	}
	return []string{fmt.Sprint(v)}
}

func customValues(o object, name string) []string {
	var all []string
	list, _ := o["customProperties"].([]any)
	for _, item := range list {
		if names := valuesAt(item, []string{"definition", "name"}); len(names) == 1 && strings.EqualFold(names[0], name) {
			all = append(all, valuesAt(item, []string{"value"})...)
		}
	}
	return all
}
