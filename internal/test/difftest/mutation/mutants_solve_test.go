package mutation

// solverMutants make the abstraction of the solver (internal/solve) smaller or coarser than
// its proof allows, or an axiom stronger or weaker. Its own tests must notice them, and
// TestEveryPartIsNeeded has a question for each.
var solverMutants = []mutant{
	// The bound on the texts of a cell, k + j + 2q.
	one("solver: one text a cell", "internal/solve/component.go", `strs, err := s.world.representatives(tests)`, "tests.Each = 1\n\tstrs, err := s.world.representatives(tests)"),
	one("solver: bound: a value less", "internal/solve/component.go", `cells.Tests{Each: len(vs)}`, `cells.Tests{Each: max(1, len(vs)-1)}`),
	one("solver: bound: common texts do not count", "internal/solve/scan.go", `t.more += many / 2`, `t.more += 0`),
	one("solver: bound: identical lists do not count", "internal/solve/scan.go", `t.more += many
`, "t.more += 0\n"),
	// Components and cells.
	one("solver: compared values are told apart", "internal/solve/scan.go", `s.join(append(append([]*value{}, l...), r...)...)`, `s.join(l...)`),
	one("solver: cells of patterns are one", "internal/solve/cells/orbit.go", `b.WriteByte(bit(m.accepts(o.folded[i])))`, `m.accepts(o.folded[i])`),
	one("solver: cells of expressions are one", "internal/solve/cells/orbit.go", `b.WriteByte(bit(p.written[i].accepts(s)))`, `p.written[i].accepts(s)`),
	one("solver: literals in other cells", "internal/solve/cells/choose.go", `leave[l.fold] = true`, `leave[""] = leave[""]`),
	one("solver: texts are short", "internal/solve/cells/orbit.go", `length < 2*n || last[k] >= n`, `length < min(3, 2*n) && last != nil`),
	one("solver: one rune of a kind", "internal/solve/cells/alphabet.go", `count[k] < most`, `count[k] < 1`),
	one("solver: patterns read what is written", "internal/solve/cells/choose.go", `if t.Patterns[i].Folded {`, `if false {`),
	// Missing and empty.
	one("solver: the empty text is missing", "internal/solve/encode.go", `return s.some(vs, func(cells.Text, *component) bool { return true })`, `return s.some(vs, func(t cells.Text, _ *component) bool { return t.Written != "" })`),
	one("solver: never is a text", "internal/solve/component.go", `if t.Written == never ||`, `if`),
	one("solver: what is not there has properties", "internal/solve/component.go", `s.sat.Add(v.bits[i].Not(), there)`, `_ = there`),
	one("solver: what is not there leads on", "internal/solve/component.go", `s.sat.Add(n.exists.Not(), parent)`, `_ = parent`),
	// Case-fold classes.
	one("solver: one spelling of a text", "internal/solve/cells/orbit.go", `!leave[w] && count[k] < each {`, `!leave[w] && len(list) < 1 {`),
	one("solver: spellings are one", "internal/solve/encode.go", `if exact {
		lits`, `if false {
		lits`),
	one("solver: classes of spellings are told apart", "internal/solve/encode.go", `if exact {
		lits`, `if true {
		lits`),
	one("solver: a literal in its own spelling", "internal/solve/encode.go", `if !a.Exact || c.strs[i].Written == text {`, `if c.strs[i].Written == text {`),
	one("solver: the long s is forgotten", "internal/solve/cells/alphabet.go", `if r = unicode.SimpleFold(r); r == i.Rune[0] {`, `if true {`),
	// Rights.
	one("solver: a round less", "internal/solve/encode.go", `return s.rightIn(r, cycle, len(cycle))`, `return s.rightIn(r, cycle, max(0, len(cycle)-1))`),
	one("solver: rights before the first round", "internal/solve/encode.go", `if cycle != nil && round == 0 {
		return s.yes.Not()`, `if cycle != nil && round == 0 {
		return s.yes`),
	one("solver: rights on the resource", "internal/solve/encode.go", `frame{r.side, r.node, cycle, round - 1}`, `frame{r.side, s.resource, cycle, round - 1}`),
	one("solver: rights on what is not there", "internal/solve/encode.go", `s.and(s.exists(n), granted)`, `granted`),
	// Sets of entities.
	one("solver: entities too few", "internal/solve/node.go", "	for _, w := range weights {\n\t\ttotal += w", "	for _, w := range weights {\n\t\ttotal += 0 * w"),
	// Identity of lists.
	one("solver: several texts are one", "internal/solve/encode.go", `s.present(right), s.several(all).Not())`, `s.present(right), s.or(all...))`),
	one("solver: empty lists are identical", "internal/solve/encode.go", `s.and(s.present(left), s.present(right), s.several`, `s.and(s.several`),
	// Changes of the resource.
	one("solver: a change leaves nothing", "internal/solve/change.go", `for n.change != nil && !n.change.frees(name) {`, `for false {`),
	one("solver: a change changes nothing", "internal/solve/change.go", `for n.change != nil && !n.change.frees(name) {`, `for n.change != nil {`),
	one("solver: a copy has any id", "internal/solve/change.go", `if id := n.values["id"]; id != nil {`, `if id := n.values["id"]; false {`),
	// Axioms.
	one("solver: scalars: of lists, too", "internal/solve/axioms.go", `if !v.many {`, `if true {`),
	one("solver: scalars: of nothing", "internal/solve/axioms.go", `if !v.many {`, `if false {`),
	one("solver: identity: names, too", "internal/solve/axioms.go", `return v.name == "id" ||`, `return v.name == "name" || v.name == "id" ||`),
	one("solver: identity: no id", "internal/solve/axioms.go", `return v.name == "id" ||`, `return`),
	one("solver: identity: empty ids", "internal/solve/axioms.go", "s.sat.Add(l.Not(), v.bits[i].Not())\n\t\t\t\tcontinue\n\t\t\t}\n\t\t\thas", "has = append(has, v.bits[i])\n\t\t\t\tcontinue\n\t\t\t}\n\t\t\thas"),
	one("solver: one entity: by name", "internal/solve/axioms.go", "	there := s.and(s.exists(n), s.exists(m))\n", "	there := s.and(s.exists(n), s.exists(m))\n\tif n.has(\"name\") && m.has(\"name\") {\n\t\treturn []sat.Lit{equal(\"name\")}\n\t}\n"),
	one("solver: one entity: all of one type", "internal/solve/axioms.go", `s.congruent(s.and(s.axiom(OneEntity), s.or(same...)),`, `s.congruent(s.axiom(OneEntity),`),
	one("solver: one entity: nothing follows", "internal/solve/axioms.go", `s.sat.Add(under.Not(), a.Not(), b)`, `_ = under`),
	one("solver: one entity: logins do not count", "internal/solve/axioms.go", `ways = append(ways, s.and(there, equal("userid"), equal("userdirectory")))`, `_ = there`),
	one("solver: anonymous: nothing at all", "internal/solve/axioms.go", `if name == "roles" || !isField(name) {`, `if true {`),
	one("solver: anonymous: roles", "internal/solve/axioms.go", `if name == "roles" || !isField(name) {`, `if !isField(name) {`),
	one("solver: anonymous: nothing of the session", "internal/solve/axioms.go", `if slices.Contains(sentByAll, name) {`, `if name == "" {`),
	one("solver: anonymous: owners", "internal/solve/axioms.go", `s.sat.Add(known, same.Not())`, `_ = same`),
	one("solver: context: from both", "internal/solve/axioms.go", `s.sat.Add(s.hub.Not(), s.qmc.Not())`, `_ = s.hub`),
	one("solver: context: from anywhere", "internal/solve/axioms.go", `s.sat.Add(l.Not(), s.hub, s.qmc, present.Not())`, `_ = present`),
}
