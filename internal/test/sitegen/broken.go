package sitegen

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// GenerateBroken generates a case like Generate and adds rules that a compiler must refuse, with the kind of
// error in their names: "broken: …". A reader that skips them must make the same decisions as without them;
// Coverage does not include them.
func GenerateBroken(seed uint64, size Size) Case {
	c := Generate(seed, size)
	r := rand.New(rand.NewPCG(seed, 0x62726f6b))
	var rules []string
	for i, b := range broken {
		rules = append(rules, fmt.Sprintf(
			`{"id":%q,"name":%q,"category":"Security","type":"Custom","rule":%s,"resourceFilter":%s,"actions":2,"ruleContext":0,"disabled":false}`,
			fmt.Sprintf("broken-%d", i), "broken: "+b.kind, encode(b.condition), encode(b.filter)))
	}
	r.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
	c.Rules = c.withRules(strings.Join(rules, ","))
	return c
}

// withRules returns the export of the case with additional rules (JSON) before its own.
func (c Case) withRules(rules string) []byte {
	list := `[`
	if strings.HasPrefix(string(c.Rules), `{`) {
		list = `"ruleList":[`
	}
	return []byte(strings.Replace(string(c.Rules), list, list+rules+`,`, 1))
}

var broken = []struct{ kind, filter, condition string }{
	{"no operand", "App_*", `user.name =`},
	{"no operator", "App_*", `user.name "x"`},
	{"upper-case keyword", "App_*", `user.name = "x" AND true`},
	{"not", "App_*", `not user.IsAnonymous()`},
	{"typographic quotes", "App_*", `user.name = “x”`},
	{"single quotes", "App_*", `user.name = 'x'`},
	{"bare word", "App_*", `user.name = Finance`},
	{"parenthesis", "App_*", `(user.name = "x"`},
	{"operator", "App_*", `user.name <> "x"`},
	{"string without an end", "App_*", `user.name = "x`},
	{"root", "App_*", `app.name = "x"`},
	{"function", "App_*", `user.IsAnononymous()`},
	{"action", "App_*", `resource.HasPrivilege("fly")`},
	{"argument", "App_*", `resource.Empty("x")`},
	{"no argument", "App_*", `resource.HasPrivilege()`},
	{"privilege on user", "App_*", `user.HasPrivilege("read")`},
	{"privilege on text", "App_*", `resource.name.HasPrivilege("read")`},
	{"owned relation", "App_*", `resource.stream.IsOwned()`},
	{"anonymous resource", "App_*", `resource.IsAnonymous()`},
	{"node", "App_*", `node.name = "x"`},
	{"bare environment", "App_*", `user.environment = "x"`},
	{"entity and text", "App_*", `resource.owner = "anna"`},
	{"text and entity", "App_*", `resource.name != user`},
	{"path under like", "App_*", `resource.name like user.name`},
	{"look-ahead", "App_*", `resource.name matches "(?=a).*"`},
	{"regular expression", "App_*", `resource.name matches "("`},
	{"own absence", "App_*", `!resource.HasPrivilege("read")`},
	{"star inside", "Ap*p_*", `true`},
	{"two stars", "App**", `true`},
	{"blank inside", "App _*", `true`},
	{"empty item", "App_*,,Stream_*", `true`},
	{"empty filter", "", `true`},
}
