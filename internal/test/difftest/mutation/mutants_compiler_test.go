package mutation

// compilerMutants are errors in the compiler, and in the code that it shares with the independent
// evaluator; only the corpus can detect the latter.
var compilerMutants = []mutant{
	// Operators.
	one("any and all swapped", "compiler/resolve/specialise.go", `if sp.options.ListInequality == All {`, `if sp.options.ListInequality != All {`),
	one("constant not folded", "compiler/resolve/specialise.go", "if !exact {\n\t\ttext = fold(text)", "if exact {\n\t\ttext = fold(text)"),
	one("== between paths ignores case", "compiler/resolve/specialise.go", `return ir.Common{Left: left, Right: right, Exact: exact}`, `return ir.Common{Left: left, Right: right}`),
	one("empty side of != is false", "compiler/resolve/specialise.go", "case left.value == nil || right.value == nil:\n\t\treturn ir.Constant{Value: true}", "case left.value == nil || right.value == nil:\n\t\treturn ir.Constant{Value: false}"),
	one("= of a missing property is true", "compiler/resolve/specialise.go", "case left.value == nil || right.value == nil:\n\t\treturn ir.Constant{Value: false}", "case left.value == nil || right.value == nil:\n\t\treturn ir.Constant{Value: true}"),
	one("!= on lists is the negation of =", "compiler/resolve/specialise.go", `right.needed(), identical(left.value, right.value, exact)))`, `right.needed(), sp.common(left.value, right.value, exact)))`),
	one("a set of one is any set", "compiler/rego/test.go", `b.add("count(%s) == 1", left)`, `b.add("count(%s) >= 1", left)`),
	one("entities: some pair in place of all", "compiler/rego/entity.go", `b.add("count(%s) == 1", name)`, `b.add("count(%s) >= 1", name)`),
	one("a relation equals itself even if empty", "compiler/resolve/specialise.go", `return exists(a)`, `return ir.Constant{Value: true}`),
	one("like: ? as *", "compiler/ir/pattern.go", "b.WriteString(`.`)", "b.WriteString(`.*`)"),
	one("like: star not escapable", "compiler/ir/pattern.go", "strings.ContainsRune(`*?\\`, runes[i+1])", "strings.ContainsRune(`?\\`, runes[i+1])"),
	one("like: pattern not folded", "compiler/ir/pattern.go", `runes := []rune(schema.Fold(text))`, `runes := []rune(schema.Fold("") + text)`),
	one("like: * stops at a line feed", "compiler/ir/pattern.go", "b.WriteString(`(?s)^`)", "b.WriteString(`^`)"),
	one("like: beginning as anywhere", "compiler/rego/test.go", `b.add("startswith(%s, %s)"`, `b.add("contains(%s, %s)"`),
	one("matches: not anchored", "compiler/resolve/specialise.go", "`(?i)^(?:` + text + `)$`", "`(?i)(?:` + text + `)`"),
	one("matches: alternatives not grouped", "compiler/resolve/specialise.go", "`(?i)^(?:` + text + `)$`", "`(?i)^` + text + `$`"),
	one("matches: case counts", "compiler/resolve/specialise.go", "`(?i)^(?:` + text + `)$`", "`^(?:` + text + `)$`"),

	// Logic and functions.
	one("! over an or keeps the or", "compiler/ir/simplify.go", `return And(terms...)`, `return Or(terms...)`),
	one("! over a Common tests ==", "compiler/rego/body.go", `b.add("not %s == %s", left, b.reference(p.Right, p.Exact))`, `b.add("%s == %s", left, b.reference(p.Right, p.Exact))`),
	one("or of equalities keeps the first", "compiler/ir/simplify.go", `strs[i] = append(strs[i], q.Strings...)`, `strs[i] = flat[i].(OneOf).Strings`),
	one("IsOwned inverted", "compiler/resolve/specialise.go", `return ir.Exists{Entities: m.entities.Follow(step)}`, `return ir.Not(ir.Exists{Entities: m.entities.Follow(step)})`),
	one("Empty inverted", "compiler/resolve/specialise.go", `return ir.Not(ir.Or(present...))`, `return ir.Or(present...)`),
	one("IsAnonymous never", "compiler/resolve/specialise.go", "return ir.Anonymous{}\n\tcase condition.Empty", "return ir.Constant{Value: false}\n\tcase condition.Empty"),
	one("HasPrivilege without an entity is true", "compiler/resolve/specialise.go", "return ir.Constant{Value: false}\n\t}\n\tsp.seen.asked", "return ir.Constant{Value: true}\n\t}\n\tsp.seen.asked"),
	one("HasPrivilege asks for read", "compiler/resolve/specialise.go", `action, _ := ruleset.ParseAction(c.Argument.Value)`, `action, _ := ruleset.ParseAction("read")`),
	{"fixpoint cut off after one step", []edit{
		{"compiler/rego/class.go", `for i := range cycle {`, `for i := range cycle[:1] {`},
		{"compiler/rego/class.go", `strings.Join(names, "_"), len(cycle))`, `strings.Join(names, "_"), 1)`},
	}},

	// Paths.
	one("a relation does not change the entity", "compiler/resolve/path.go", `at, typ = at.Follow(ir.Step{Name: fold(r.Name), Type: target.Key(), Many: r.Many}), target`, `typ = target`),
	one("names of the environment: case counts", "compiler/resolve/path.go", `ir.Environment{Name: fold(segments[1].Name)}`, `ir.Environment{Name: segments[1].Name}`),
	one("names of custom properties: case counts", "compiler/resolve/path.go", `ir.Property{Of: of, Name: "@" + name, List: true}`, `ir.Property{Of: of, Name: "@" + s.Name, List: true}`),
	one("texts as written are not kept", "compiler/view.go", `form = schema.Exact`, `form = schema.Folded`),

	// Rules, filters, contexts.
	one("prefix of an id as the whole id", "compiler/resolve/class.go", `return ir.Like{Value: id, Pattern: ir.PrefixPattern(text)}`, `return ir.OneOf{Value: id, Texts: []string{text}}`),
	one("prefix of a type as the whole type", "compiler/resolve/class.go", `strings.HasPrefix(c.Prefix(), item.Text)`, `c.Prefix() == item.Text`),
	one("id of a filter ignored", "compiler/resolve/class.go", `return idTest(id, rest, item.Prefix)`, `return idTest(id, rest[:0], true)`),
	one("context ignored", "compiler/resolve/program.go", `return ir.From{Context: c}`, `return ir.Constant{Value: true}`),
	one("disabled rules grant", "compiler/resolve/rule.go", `r.Category == ruleset.Security && !r.Disabled`, `r.Category == ruleset.Security`),
	{"License rules grant", []edit{
		{"compiler/resolve/rule.go", `r.Category == ruleset.Security && !r.Disabled`, `r.Category != ruleset.Sync && !r.Disabled`},
		{"compiler/resolve/program.go", `case r.Category == ruleset.Security:`, `case r.Category != ruleset.Sync:`},
	}},
	one("mask of granted_by ignored", "compiler/rego/class.go", `switch all := len(e.actions.List()) == len(ruleset.AllActions); {`, `switch all := true; {`),

	// Merged rules.
	one("merged row loses an action", "compiler/rego/group.go", `rows[at+same].actions = append(rows[at+same].actions, a)`, `_ = same`),
	one("merged row loses an id", "compiler/rego/group.go", `cells[key].rules[a] = append(rules, found{c.rule, c.kind})`, `cells[key].rules[a] = []found{{c.rule, c.kind}}`),
	one("merged rules lose a shared key", "compiler/rego/group.go", `c.shared = append(slices.Clip(c.shared), key)`, `c.shared = slices.Clip(c.shared)`),
	one("merged rules differ in other tests", "compiler/rego/group.go", `shared[i] = p.Key()`, `shared[i] = p.Key()[:0]`),
	one("rules found by a row lose what is their own", "compiler/rego/merged.go", `own[c.rule] = append(own[c.rule], ir.And(c.own...))`, `own[c.rule] = append(own[c.rule], ir.And())`),
	one("a row of one branch lets another branch in", "compiler/rego/group.go", `if clauses[c.rule] > 1 {`, `if clauses[c.rule] > len(g.clauses) {`),
	one("kinds of rules lose what is their own", "compiler/rego/merged.go", `b.require(ir.And(first.own...))`, `_ = first`),
	one("kinds of rules are taken for one", "compiler/rego/group.go", `kind := uniqueName(kindOf(g.clauses[0].shared), one.kinds)`, `kind := kindOf(nil)`),
	one("merged rules lose what they ask", "compiler/rego/merged.go", `b.require(ir.And(late...))`, `_ = late`),

	// What both readings share.
	one("shared: filters: case counts", "compiler/ruleset/filter.go", `Text: schema.Fold(name)`, `Text: name`),
	one("shared: mask off by a bit", "compiler/ruleset/actions.go", `m&known&Actions(a) != 0`, `m&known&Actions(a<<1) != 0`),
	one("shared: nested fields win over the record", "internal/snapshot/relate.go", `if len(ref.id) > 0 && d.onRecord(ref.target, ref.key) {`, `if false && d.onRecord(ref.target, ref.key) {`),
}
