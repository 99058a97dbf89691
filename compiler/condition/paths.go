package condition

import (
	"strings"
	"unicode"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// path reads a path and the function at its end, if there is one.
func (c *classifier) path(t lexer.Token, at place) {
	t = c.brokenFunction(c.joined(t))
	if c.method(t, at) {
		return
	}
	if c.following().Type == tokenOpen {
		if dot := strings.LastIndex(t.Value, "."); dot >= 0 && c.isCall(t, t.Value[dot+1:]) {
			function := lexer.Token{Value: t.Value[dot:], Pos: lexer.Position{Offset: t.Pos.Offset + dot}}
			t.Value = t.Value[:dot]
			c.checkPath(t)
			c.emit(t, tokenSubject)
			c.checkFunction(function)
			c.emit(function, tokenFunction)
			return
		}
	}
	if op := len(c.tokens) - 1; at == atRight && keywords[foldASCII(c.tokens[op].Value)] == tokenOperator {
		c.report(codePatternPath, spanOf(t), "the right side of `"+c.tokens[op].Value+"` must be a value in quotes",
			"Write the pattern in the rule; it cannot be read from a property. Compare two properties with `=`.", nil)
	}
	c.checkPath(t)
	c.emit(t, tokenPath)
}

// joined reports spaces around the dots of a path and returns the complete path.
func (c *classifier) joined(t lexer.Token) lexer.Token {
	end := t
	repaired := t.Value
	for next := c.following(); next.Type == lexWord; next = c.following() {
		_, keyword := keywords[next.Value]
		if dotted := strings.HasPrefix(next.Value, "."); !dotted && (keyword || !strings.HasSuffix(end.Value, ".")) {
			break
		}
		end = next
		repaired += next.Value
		c.next++
	}
	if end == t {
		return t
	}
	where := Span{Start: t.Pos.Offset, End: spanOf(end).End}
	c.report(codeSpaceInPath, where, "spaces around a dot of a path", "A path is written without spaces.",
		replace("write it in one piece", where, repaired))
	t.Value = c.source[where.Start:where.End]
	return t
}

// isCall reports whether a name before a parenthesis is meant as a function. If there is a
// space between them and the name is not a function's, the parenthesis more likely begins a
// condition and the operator before it is missing.
func (c *classifier) isCall(t lexer.Token, name string) bool {
	if functionNamed(name) != 0 || spanOf(t).End == c.following().Pos.Offset {
		return true
	}
	_, near := diag.Suggest(name, functionNames())
	return near
}

func (c *classifier) checkFunction(t lexer.Token) {
	name := strings.TrimSpace(strings.TrimPrefix(t.Value, "."))
	if functionNamed(name) != 0 {
		return
	}
	where := Span{Start: spanOf(t).End - len(name), End: spanOf(t).End}
	if near, ok := diag.Suggest(name, functionNames()); ok {
		c.report(codeFunction, where, "unknown function "+shown(name)+", did you mean `"+near+"`?", foreignLetters(name),
			replace("write `"+near+"`", where, near))
		return
	}
	c.report(codeFunction, where, "unknown function "+shown(name),
		theFunctions()+".", nil)
}

// checkPath reports a root that does not exist and names that cannot be properties.
func (c *classifier) checkPath(t lexer.Token) {
	at := t.Pos.Offset
	for i, part := range strings.Split(t.Value, ".") {
		name := strings.TrimSpace(part)
		start := at + strings.Index(part, name)
		at += len(part) + len(".")
		where := Span{Start: start, End: start + len(name)}
		if i > 0 {
			c.checkSegment(name, where)
		} else if !isRoot(name) {
			c.checkRoot(t, name, where)
		}
	}
}

func (c *classifier) checkRoot(t lexer.Token, name string, where Span) {
	if near, ok := diag.Suggest(name, roots); ok {
		c.report(codeRoot, where, "a path does not begin with "+shown(name)+", did you mean `"+near+"`?", foreignLetters(name),
			replace("write `"+near+"`", where, near))
		return
	}
	if root, ok := propertyRoots[foldASCII(strings.TrimPrefix(name, "@"))]; ok || strings.HasPrefix(name, "@") {
		if !ok {
			root = "resource"
		}
		start := Span{Start: where.Start, End: where.Start}
		c.report(codeRoot, where, "a path does not begin with "+shown(name)+", did you mean "+shown(root+"."+t.Value)+"?", "",
			replace("begin with `"+root+"`", start, root+"."))
		return
	}
	c.report(codeRoot, where, "a path does not begin with "+shown(name),
		sentences("A path begins with `resource`, `user` or `node`; strings are written in double quotes.", foreignLetters(name)), nil)
}

// propertyRoots gives the root of well-known names, to suggest the path that was meant.
var propertyRoots = map[string]string{
	"name": "resource", "id": "resource", "resourcetype": "resource", "resourcefilter": "resource", "objecttype": "resource",
	"description": "resource", "published": "resource", "approved": "resource", "app": "resource", "stream": "resource",
	"owner": "resource", "templateapp": "resource", "selectionapp": "resource", "link": "resource", "type": "resource",
	"category": "resource", "userid": "user", "userdirectory": "user", "group": "user", "roles": "user", "role": "user",
	"email": "user", "department": "user", "environment": "user",
}

// meantAsPath reports whether a word on the right of an operator is more likely a path with a
// wrong root than a string. Case distinguishes app.id from the type App.Object.
func meantAsPath(word string) bool {
	root, _, _ := strings.Cut(word, ".")
	if _, near := diag.Suggest(root, roots); near || strings.Contains(word, ".@") {
		return true
	}
	return propertyRoots[root] != ""
}

// checkSegment reports a name that cannot be a property.
func (c *classifier) checkSegment(name string, where Span) {
	letters := strings.TrimPrefix(name, "@")
	custom := letters != name
	bad := strings.IndexFunc(letters, func(r rune) bool { return !isNamePart(r, custom) })
	switch {
	case isPlaceholder(letters):
		c.report(codePlaceholder, where, placeholderSummary, "Replace it with a name.", nil)
	case letters == "":
		c.report(codeSegment, where, "a name is missing in this path", "A dot is followed by a name, or by `@` and the name of a custom property.", nil)
	case bad >= 0:
		r := []rune(letters[bad:])[0]
		detail := "A name has the letters A to Z, digits and `_`; a custom property's also `-`."
		c.report(codeSegment, where, "the name "+shown(name)+" contains "+character(r), detail, nil)
	case !custom && unicode.IsDigit(rune(letters[0])):
		c.report(codeSegment, where, "the name "+shown(name)+" begins with a digit", "Only a custom property's name may, after its `@`.", nil)
	}
}

func isNamePart(r rune, custom bool) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_' || r == '-' && custom
}

// unrooted reports a word at the beginning of a condition that is not a path: a misspelt root,
// a property without its root, a function without its path, or a string without quotes.
func (c *classifier) unrooted(t lexer.Token, at place) {
	if c.following().Type == tokenOpen && !strings.Contains(t.Value, ".") {
		c.pathlessCall(t)
		return
	}
	if !c.operatorFollows() && c.following().Type != tokenOpen {
		c.fatal = true
		if !strings.Contains(t.Value, ".") {
			c.skipWords()
		}
	}
	c.path(t, at)
}

// pathlessCall reports a function without a path, or one that does not exist.
func (c *classifier) pathlessCall(t lexer.Token) {
	where := spanOf(t)
	kind := functionNamed(t.Value)
	if near, ok := diag.Suggest(t.Value, functionNames()); ok && kind == 0 {
		kind = functionNamed(near)
	}
	if kind == 0 {
		c.stop(codeCallForm, where, shown(t.Value)+" is not a function", sentences(
			theFunctions()+", each after a path and a dot.", foreignLetters(t.Value)), nil)
		return
	}
	root := kind.Root()
	if root == "" {
		root = "resource"
	}
	c.stop(codeCallForm, where, "the function "+shown(t.Value)+" needs a path and a dot before it", "A function follows a path and a dot.",
		replace("apply it to `"+root+"`", where, root+"."+kind.String()))
}
