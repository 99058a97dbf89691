package condition

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// Conditions have no methods, but people who know other languages write them. Each is reported
// as one error, with the equivalent comparison:
//
//	user.group.indexOf("admin") >= 0     user.group = "admin"
//	user.name.startsWith("svc_")         user.name like "svc_*"
//	user.group.length = 0                user.group.Empty()
//	user.name.toLower() = "anna"         user.name = "anna"

// method is a method of another language, by the condition that replaces it.
type method int

const (
	methodContains method = iota + 1
	methodIndex
	methodEquals
	methodStarts
	methodEnds
	methodCase
	methodCount
)

var methods = map[string]method{
	"indexof": methodIndex, "lastindexof": methodIndex, "search": methodIndex,
	"contains": methodContains, "includes": methodContains, "has": methodContains, "any": methodContains, "in": methodContains,
	"equals": methodEquals, "equalsignorecase": methodEquals, "is": methodEquals,
	"startswith": methodStarts, "beginswith": methodStarts, "endswith": methodEnds,
	"tolower": methodCase, "toupper": methodCase, "tolowercase": methodCase, "touppercase": methodCase, "lower": methodCase, "upper": methodCase,
	"length": methodCount, "count": methodCount, "size": methodCount,
}

// brokenFunction reports a path that ends in the name of a function with a dot or a space
// inside, such as Has.Privilege( or Is Owned(, and returns the repaired path.
func (c *classifier) brokenFunction(t lexer.Token) lexer.Token {
	end, parts := spanOf(t).End, strings.Split(t.Value, ".")
	after := c.following()
	switch {
	case after.Type == lexWord && c.next+1 < len(c.lexemes) && c.lexemes[c.next+1].Type == tokenOpen && functionNamed(parts[len(parts)-1]+after.Value) != 0:
		end = spanOf(after).End
		parts = append(parts, after.Value)
		c.next++
	case after.Type != tokenOpen || len(parts) < 3 || functionNamed(parts[len(parts)-2]+parts[len(parts)-1]) == 0:
		return t
	}
	name := functionNamed(parts[len(parts)-2] + parts[len(parts)-1]).String()
	path := strings.Join(parts[:len(parts)-2], ".")
	where := Span{Start: t.Pos.Offset + len(path) + len("."), End: end}
	c.report(codeFunction, where, "the name of the function `"+name+"` is one word", "", replace("write `"+name+"`", where, name))
	t.Value = path + "." + name
	return t
}

// method reports a method of another language at the end of a path, with its replacement, and
// skips the call. It returns false and does nothing if there is no such method.
func (c *classifier) method(t lexer.Token, at place) bool {
	dot := strings.LastIndex(t.Value, ".")
	if dot < 0 || !strings.Contains(t.Value[:dot], ".") {
		return false // a method of the resource or of the user itself has no meaning
	}
	name := t.Value[dot+1:]
	kind, known := methods[foldASCII(name)]
	call := c.following().Type == tokenOpen
	if !known || !call && kind != methodCount {
		return false
	}
	path := t
	path.Value = t.Value[:dot]
	m := methodCall{path: path.Value, kind: kind, end: spanOf(t).End}
	next := c.next
	if call && !m.arguments(c.lexemes, &next) {
		return false
	}
	if kind == methodCase {
		where := Span{Start: spanOf(path).End, End: m.end}
		c.report(codeFunction, where, "there is no function "+shown(name), "Comparisons ignore case, except for `==` and `!==`.", replace("leave it out", where, ""))
		c.next = next
		c.checkPath(path)
		c.emit(path, tokenPath)
		return true
	}
	m.comparedWith(c.lexemes, &next)
	meant := m.meant()
	if at != atCondition || meant == "" && (!call || m.text == "" && kind != methodCount) {
		return false
	}
	where := Span{Start: t.Pos.Offset, End: m.end}
	var fix *diag.Fix
	if meant != "" {
		fix = replace("write "+shown(meant), where, meant)
	}
	c.report(codeFunction, where, "there is no function "+shown(name), m.detail(), fix)
	c.next = next
	c.checkPath(path)
	c.emit(path, tokenPath)
	c.emit(lexer.Token{Value: "=", Pos: lexer.Position{Offset: t.Pos.Offset + dot}}, tokenOperator)
	c.emit(lexer.Token{Value: `""`, Pos: lexer.Position{Offset: t.Pos.Offset + dot + 1}}, tokenString)
	return true
}

// methodCall is a method call with the tokens that follow it.
type methodCall struct {
	path string
	kind method
	// text is the argument as written, with its quotes; "" if there is none.
	text string
	// operator and value are the comparison of the call's result; "" if there is none.
	operator, value string
	end             int
}

// arguments reads ( ) or ( text ).
func (m *methodCall) arguments(lexemes []lexer.Token, next *int) bool {
	rest := lexemes[*next+1:]
	if len(rest) > 1 && rest[0].Type == tokenString {
		m.text = rest[0].Value
		rest = rest[1:]
	}
	if len(rest) == 0 || rest[0].Type != tokenClose {
		return false
	}
	*next = len(lexemes) - len(rest) + 1
	m.end = spanOf(rest[0]).End
	return true
}

// comparedWith reads an operator and a number or a boolean after the call.
func (m *methodCall) comparedWith(lexemes []lexer.Token, next *int) {
	rest := lexemes[*next:]
	if len(rest) < 2 || rest[0].Type != tokenOperator && rest[0].Type != lexBadOperator {
		return
	}
	value := strings.Trim(foldASCII(rest[1].Value), `"`)
	if rest[1].Type != lexWord && rest[1].Type != tokenString || !isNumber(value) && value != "true" && value != "false" {
		return
	}
	m.operator, m.value = rest[0].Value, value
	m.end = spanOf(rest[1]).End
	*next += 2
}

// meant returns the equivalent condition, or "" if it is not certain.
func (m *methodCall) meant() string {
	if m.kind == methodCount {
		return m.counted()
	}
	holds, plain := m.holds()
	if m.text == "" || !plain {
		return ""
	}
	inner := strings.NewReplacer("*", `\*`, "?", `\?`).Replace(m.text[1 : len(m.text)-1])
	text := m.path + ` like "`
	switch {
	case m.kind == methodEquals, m.inList():
		text = m.path + ` = ` + m.text[:len(m.text)-1]
	case m.kind == methodStarts:
		text += inner + "*"
	case m.kind == methodEnds:
		text += "*" + inner
	default:
		text += "*" + inner + "*"
	}
	text += `"`
	if !holds {
		text = "!(" + text + ")"
	}
	return text
}

// holds reports whether the comparison after the call requires the call to be true or false,
// and whether that is certain.
func (m *methodCall) holds() (holds, plain bool) {
	switch m.operator + m.value {
	case "", "=true", "==true", "===true", "!=false", "!==false":
		return true, true
	case "=false", "==false", "===false", "!=true", "!==true":
		return false, true
	case ">=0", ">-1", "!=-1", "!==-1", "<>-1":
		return true, m.kind == methodIndex
	case "=-1", "==-1", "===-1", "<0", "<=-1":
		return false, m.kind == methodIndex
	}
	return false, false
}

// counted returns the condition for a count compared with 0 or 1.
func (m *methodCall) counted() string {
	switch m.operator + m.value {
	case ">0", ">=1", "!=0", "!==0", "<>0":
		return "!" + m.path + ".Empty()"
	case "=0", "==0", "===0", "<1", "<=0":
		return m.path + ".Empty()"
	}
	return ""
}

func (m *methodCall) detail() string {
	switch {
	case m.kind == methodCount:
		return "Values cannot be counted. To test whether there is one, use `.Empty()`."
	case m.inList():
		return "`=` tests whether a list has the value."
	case m.kind == methodEquals:
		return "Values are compared with `=`, which ignores case, or `==`."
	}
	return "To test a part of a value, use `like`, where `*` matches any characters."
}

// inList reports whether the call searches for a value in a list.
func (m *methodCall) inList() bool {
	return isListPath(m.path) && (m.kind == methodContains || m.kind == methodIndex)
}

// isListPath reports whether the form of a path allows several values: a custom property,
// roles, a directory attribute or a session attribute.
func isListPath(path string) bool {
	segments := strings.Split(foldASCII(path), ".")
	last := segments[len(segments)-1]
	if strings.HasPrefix(last, "@") || len(segments) > 1 && last == "roles" {
		return true
	}
	if segments[0] != "user" || len(segments) == 1 {
		return false
	}
	switch last {
	case "id", "userid", "userdirectory", "name":
		return len(segments) > 2
	}
	return true
}

// nullTest reports a comparison with null, which tests whether there is a value. The range is
// that of null; the operator and the path before it are tokens already.
func (c *classifier) nullTest(where Span, written string) {
	const detail = "There is no null. To test whether a property has a value, use `.Empty()`."
	var fix *diag.Fix
	n := len(c.tokens)
	o, known := OperatorNamed(c.tokens[n-1].Value)
	if known && o.Compares() && n > 1 && c.tokens[n-2].Type == tokenPath {
		path := c.tokens[n-2]
		meant := path.Value + ".Empty()"
		if o.Equality() == strings.HasPrefix(foldASCII(written), "not") {
			meant = "!" + meant
		}
		fix = replace("write "+shown(meant), Span{Start: path.Pos.Offset, End: where.End}, meant)
	}
	c.report(codeUnquoted, where, shown(written)+" is not a value", detail, fix)
}
