package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/condition"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// check finds the errors of a condition that do not depend on the resource, and the warnings
// that depend on its text alone.
func check(r *report) {
	condition.Walk(r.rule.Tree, func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.Or:
			r.mixed(n)
		case *condition.Not:
			r.notComparison(n)
		case *condition.Call:
			r.root(&n.Path)
			r.names(&n.Path)
			r.call(n)
		case *condition.Comparison:
			r.operands(n)
			r.requestContext(n)
			r.pattern(n)
		case *condition.And, *condition.Bool:
		}
		return true
	})
}

// root checks that the path's root is allowed for the rule's category (D): Sync rules have no
// subject, and only they have nodes.
func (r *report) root(p *condition.Path) {
	switch {
	case p.Root == "node" && r.category != ruleset.Sync:
		r.add(codeNodeRoot, diag.Error, p.Range, fmt.Sprintf("node is used in a %s rule", r.category),
			"Only rules of category Sync, which choose the node for an app, can test nodes.", nil)
	case p.Root == "user" && r.category == ruleset.Sync:
		r.add(codeUserRoot, diag.Error, p.Range, "user is used in a Sync rule",
			"A Sync rule chooses the node for an app and has no user: test node.… or resource.… instead.", nil)
	}
	if p.Root == "user" && len(p.Segments) == 1 && isEnvironment(p.Segments[0]) {
		r.add(codeBareEnvironment, diag.Error, p.Range, "user.environment is not a value",
			"Name the attribute, such as user.environment.os or user.environment.group.", nil)
	}
}

func (r *report) operands(c *condition.Comparison) {
	for _, o := range []condition.Operand{c.Left, c.Right} {
		switch o := o.(type) {
		case *condition.Path:
			r.root(o)
			r.names(o)
		case *condition.String:
			r.star(c, o)
		}
	}
}

func (r *report) call(c *condition.Call) {
	kind := c.Kind()
	if kind.Privilege() {
		r.privilege(c)
		return
	}
	if c.Argument != nil {
		r.add(codeArgument, diag.Error, c.Argument.Range, c.Function+" takes no argument",
			fmt.Sprintf("Write %s.%s().", r.source(c.Path.Range), c.Function),
			&diag.Fix{Message: "drop the argument", Range: c.Argument.Range})
	}
	if root := kind.Root(); root != "" && (c.Path.Root != root || len(c.Path.Segments) > 0) {
		r.add(codeFunctionTarget, diag.Error, c.Path.Range, fmt.Sprintf("%s applies to %s only", kind, root), r.instead(c), nil)
	}
}

// instead says what to write instead of a function on a path that it does not follow.
func (r *report) instead(c *condition.Call) string {
	path := r.source(c.Path.Range)
	switch c.Kind() {
	case condition.IsAnonymous:
		return "Write user.IsAnonymous(), which tests whether the user is a visitor without an account."
	case condition.IsOwned:
		if c.Path.Root == "resource" {
			return fmt.Sprintf("To ask whether %s has an owner, write !%[1]s.owner.Empty().", path)
		}
		return "Write resource.IsOwned(), which tests whether the resource has an owner."
	case condition.HasPrivilege, condition.Empty: // they follow any path
	}
	panic(fmt.Sprintf("resolve: %s does not follow %s", c.Function, path))
}

func (r *report) privilege(c *condition.Call) {
	if r.category != ruleset.Security {
		r.add(codePrivilegeOutside, diag.Error, c.Range, fmt.Sprintf("HasPrivilege is used in a %s rule", r.category),
			"Only Security rules decide on rights, and no "+r.category.String()+" rule is known to test one. Test properties instead.", nil)
		return
	}
	if c.Path.Root == "user" {
		r.add(codePrivilegeOfUser, diag.Error, c.Path.Range, "HasPrivilege tests a resource, not the user",
			`Write resource.HasPrivilege("…") or name a relation, such as resource.stream.HasPrivilege("…"). HasPrivilege always tests the rights of the user who makes the request.`, nil)
	}
	if c.Argument == nil {
		r.add(codeArgument, diag.Error, c.FunctionRange, "HasPrivilege needs an action",
			`Name the action in double quotes, such as HasPrivilege("read").`, nil)
		return
	}
	if _, ok := ruleset.ParseAction(c.Argument.Value); ok {
		return
	}
	names := ruleset.All.Names()
	written := strings.ReplaceAll(c.Argument.Value, " ", "")
	name, ok := diag.Suggest(written, names)
	if a, known := ruleset.ParseAction(written); known { // in the spelling of the console: "Export data"
		name, ok = a.Name(), true
	}
	var fix *diag.Fix
	if ok {
		fix = &diag.Fix{Message: fmt.Sprintf("did you mean %q?", name), Range: c.Argument.Range, Replacement: `"` + name + `"`}
	}
	r.add(codeUnknownAction, diag.Error, c.Argument.Range, fmt.Sprintf("unknown action %q", c.Argument.Value), "The actions are "+strings.Join(names, ", ")+".", fix)
}

// mixed warns about an `and` inside an `or` without parentheses (D: legal, and a common
// mistake).
func (r *report) mixed(or *condition.Or) {
	for _, o := range or.Operands {
		and, ok := o.(*condition.And)
		if !ok || !and.Bare {
			continue
		}
		r.add(codeMixedAndOr, diag.Warning, and.Range, "`and` and `or` are mixed without parentheses",
			"`and` binds tighter than `or`, so the marked part belongs together. Put it in parentheses if that is meant; otherwise put the operands of `or` in parentheses.",
			&diag.Fix{Message: "make the current meaning explicit", Range: and.Range, Replacement: "(" + r.source(and.Range) + ")"})
	}
}

// notComparison warns about `!a = b`, which is parsed as !(a = b) (I).
func (r *report) notComparison(n *condition.Not) {
	c, ok := n.Operand.(*condition.Comparison)
	if !ok || !n.Bare {
		return
	}
	r.add(codeNotComparison, diag.Warning, n.Range, "! before a comparison negates the whole comparison",
		"Qlik does not document this form; it is read as marked. Put the comparison in parentheses to make the meaning explicit.",
		&diag.Fix{Message: "make the meaning explicit", Range: n.Range, Replacement: "!(" + r.source(c.Range) + ")"})
}

// star warns about a wildcard that the operator takes as a literal star (D).
func (r *report) star(c *condition.Comparison, s *condition.String) {
	switch c.Op {
	case condition.Equal, condition.ExactEqual, condition.NotEqual, condition.ExactNotEqual:
		if !strings.Contains(s.Value, "*") {
			return
		}
		var fix *diag.Fix
		if c.Op.Equality() && !c.Op.Exact() && s == c.Right {
			fix = &diag.Fix{Message: "compare with a pattern", Range: c.OpRange, Replacement: r.separate("like", c.OpRange)}
		}
		r.add(codeStarUnderEqual, diag.Warning, s.Range, "under "+c.Op.String()+" a star is not a wildcard",
			"Only like has wildcards: write like to match a pattern.", fix)
	case condition.Like, condition.Matches:
	}
}

// separate adds spaces around a word if the condition has none at the range.
func (r *report) separate(word string, at diag.Range) string {
	text := r.rule.Rule.Condition.Content
	if !strings.HasSuffix(text[:at.Start], " ") {
		word = " " + word
	}
	if !strings.HasPrefix(text[at.End:], " ") {
		word += " "
	}
	return word
}

// branchesWithoutUser warns about an or with one branch that tests the user and another that
// does not, unless another part of the condition that applies to all branches tests the user:
// then no branch is open to everybody. Branches that are never true are ignored.
func (r *report) branchesWithoutUser(n condition.Node, guarded bool, possible map[condition.Node]bool) {
	switch n := n.(type) {
	case *condition.And:
		for i, o := range n.Operands {
			beside := slices.ContainsFunc(n.Operands[:i], testsUser) || slices.ContainsFunc(n.Operands[i+1:], testsUser)
			r.branchesWithoutUser(o, guarded || beside, possible)
		}
	case *condition.Or:
		if !guarded {
			r.branchWithoutUser(n, possible)
		}
		for _, o := range n.Operands {
			r.branchesWithoutUser(o, guarded, possible)
		}
	case *condition.Not, *condition.Bool, *condition.Comparison, *condition.Call:
		// A negated or is a conjunction: all of its branches apply.
	}
}

func (r *report) branchWithoutUser(or *condition.Or, possible map[condition.Node]bool) {
	var without []condition.Node
	for _, o := range or.Operands {
		if !testsUser(o) {
			without = append(without, o)
		}
	}
	if len(without) == len(or.Operands) {
		return
	}
	for _, o := range without {
		if !possible[o] {
			continue
		}
		r.add(codeBranchWithoutUser, diag.Warning, o.Span(), "this branch does not test the user, but another one does",
			"Everybody who meets the rest of the rule gets access through this branch, anonymous users included. Add the test on the user to this branch too, or put it before all branches with `and`.", nil)
	}
}

// testsUser reports whether a part of a condition tests the user, or asks for a right that
// other rules grant to users.
func testsUser(n condition.Node) bool {
	found := false
	isUser := func(o condition.Operand) bool {
		p, ok := o.(*condition.Path)
		return ok && p.Root == "user"
	}
	condition.Walk(n, func(n condition.Node) bool {
		switch n := n.(type) {
		case *condition.Call:
			found = found || n.Path.Root == "user" || n.Kind().Privilege()
		case *condition.Comparison:
			found = found || isUser(n.Left) || isUser(n.Right)
		case *condition.Or, *condition.And, *condition.Not, *condition.Bool: // a connective tests what its operands test
		}
		return !found
	})
	return found
}
