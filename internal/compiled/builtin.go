package compiled

import (
	"errors"
	"regexp"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/builtins"
)

// pure are the built-in functions whose value depends on their arguments only.
var pure = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range strings.Fields(`
		eq equal neq lt lte gt gte internal.member_2 internal.member_3
		plus minus mul div rem abs ceil floor round and or union intersection
		count sum product max min sort any all
		array.concat array.slice array.reverse array.flatten
		concat contains endswith startswith format_int indexof indexof_n lower upper replace
		reverse split sprintf strings.any_prefix_match strings.any_suffix_match strings.count
		strings.replace_n substring trim trim_left trim_prefix trim_right trim_space trim_suffix
		is_array is_boolean is_null is_number is_object is_set is_string type_name to_number
		object.filter object.get object.keys object.remove object.subset object.union object.union_n
		json.filter json.is_valid json.marshal json.patch json.remove json.unmarshal
		regex.is_valid regex.match regex.replace regex.split regex.find_n
		glob.match glob.quote_meta
		base64.decode base64.encode hex.decode hex.encode urlquery.decode urlquery.encode
		bits.and bits.or bits.xor bits.negate bits.lsh bits.rsh
		semver.compare semver.is_valid units.parse units.parse_bytes`) {
		names[name] = true
	}
	return names
}()

// builtin is a built-in function on values of this package. It returns nil for undefined and
// for errors.
type builtin func(m *machine, args []any) any

type builtinContext = topdown.BuiltinContext

// builtin compiles a call of a built-in function.
func (c *bodyCompiler) callBuiltin(name string, args []*ast.Term, sc scope) expr {
	if name == ast.Member.Name {
		if list, ok := texts(args[1]); ok {
			c.program.names.add(list...)
			return memberOfTexts(c.value(args[0], sc), list)
		}
	}
	if name == ast.RegexMatch.Name {
		if pattern, ok := args[0].Value.(ast.String); ok {
			return matchOf(string(pattern), c.value(args[1], sc))
		}
	}
	if name == ast.Union.Name {
		if set, ok := args[0].Value.(ast.Set); ok && !ast.IsConstant(set) {
			return c.unionOf(set, sc)
		}
	}
	values := c.values(args, sc)
	call, ok := quick[name]
	if !ok {
		return c.generic(name, values)
	}
	at := c.temps(len(args))
	return func(m *machine, s []any) any {
		for i, v := range values {
			if s[at+i] = v(m, s); s[at+i] == nil {
				return nil
			}
		}
		return call(m, s[at:at+len(values)])
	}
}

// generic compiles a call of OPA's own function.
func (c *bodyCompiler) generic(name string, values []expr) expr {
	call := topdown.GetBuiltin(name)
	if call == nil {
		refuse("the built-in function %s", name)
	}
	return func(m *machine, s []any) any {
		operands := make([]*ast.Term, len(values))
		for i, value := range values {
			v := value(m, s)
			if v == nil {
				return nil
			}
			operands[i] = toTerm(v)
		}
		if m.builtin == nil {
			m.builtin = &builtinContext{Context: m.ctx, Cache: builtins.Cache{}}
		}
		var result any
		err := call(*m.builtin, operands, func(t *ast.Term) error {
			result = t.Value
			return nil
		})
		var halt topdown.Halt
		switch {
		case errors.As(err, &halt):
			m.fail(halt)
			return nil
		case err != nil:
			return nil
		}
		return result
	}
}

func memberOfTexts(value expr, list []string) expr {
	set := make(map[string]bool, len(list))
	for _, text := range list {
		set[text] = true
	}
	return func(m *machine, s []any) any {
		v := value(m, s)
		if v == nil {
			return nil
		}
		text, ok := stringOf(v)
		return boolean(ok && set[text])
	}
}

// matchOf compiles regex.match with a constant pattern; OPA only caches a hundred compiled
// patterns. An invalid pattern is undefined.
func matchOf(pattern string, value expr) expr {
	compiled := sync.OnceValues(func() (*regexp.Regexp, error) { return regexp.Compile(pattern) })
	return func(m *machine, s []any) any {
		text, ok := stringOf(value(m, s))
		if !ok {
			return nil
		}
		re, err := compiled()
		if err != nil {
			return nil
		}
		return boolean(re.MatchString(text))
	}
}

// unionOf compiles union({a, b, …}) without building the set of sets, unless the result could
// differ.
func (c *bodyCompiler) unionOf(set ast.Set, sc scope) expr {
	parts := c.values(set.Slice(), sc)
	at := c.temps(len(parts))
	return func(m *machine, s []any) any {
		for i, part := range parts {
			if s[at+i] = part(m, s); s[at+i] == nil {
				return nil
			}
		}
		merged, clash := m.merge(s[at : at+len(parts)])
		if !clash {
			return merged
		}
		sets := m.newSet()
		for _, part := range s[at : at+len(parts)] {
			sets.add(part)
		}
		return union(m, []any{sets})
	}
}

var falseValue any = ast.Boolean(false)

func boolean(b bool) any {
	if b {
		return trueValue
	}
	return falseValue
}
