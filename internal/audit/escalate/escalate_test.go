package escalate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// rules makes rules in the short form `FILTER ACTION,…: CONDITION`, called a, b, ….
func rules(tb testing.TB, short ...string) []ruleset.Rule {
	var list []ruleset.Rule
	for i, s := range short {
		head, condition, _ := strings.Cut(s, ": ")
		filter, actions, _ := strings.Cut(head, " ")
		name := string(rune('a' + i))
		r := ruleset.Rule{
			ID: name, Name: name, Category: ruleset.Security, Context: ruleset.Both,
			Filter: &diag.Text{Label: "resourceFilter", Content: filter}, Condition: &diag.Text{Label: "condition", Content: condition},
		}
		for _, a := range strings.Split(actions, ",") {
			action, ok := ruleset.ParseAction(a)
			if !ok {
				tb.Fatalf("no action %q", a)
			}
			r.Actions |= ruleset.Actions(action)
		}
		list = append(list, r)
	}
	return list
}

// tell tells a persona's way in short.
func tell(p Result) string {
	var parts []string
	for _, s := range p.Steps {
		part := s.Action + " " + s.Type + " by " + s.By[0].Name
		if s.Reading != "" {
			part += "?"
		}
		for _, g := range s.Gains {
			part += " +" + g.Type + ":" + strings.Join(g.Actions, ",")
		}
		parts = append(parts, part)
	}
	text := strings.Join(parts, " > ")
	switch {
	case p.Narrow:
		return text + " > perhaps everything"
	case p.Everything:
		return text + " > everything"
	}
	return text
}

func reach(tb testing.TB, list []ruleset.Rule, personas ...Persona) []Result {
	r, err := Run(context.Background(), list, personas, compiler.Options{Schema: schema.Default()})
	if err != nil {
		tb.Fatal(err)
	}
	if len(r.Unknown) > 0 {
		tb.Errorf("not decided: %v", r.Unknown)
	}
	return r.Personas
}

func persona(tb testing.TB, spec string) Persona {
	p, err := ParsePersona(spec)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name, persona string
		rules         []string
		want          string
	}{
		{"nothing", "roles=X", []string{`App_* read: user.roles = "X"`}, ``},
		{"rules", "roles=X", []string{`SystemRule_* update: user.roles = "X"`}, `update SystemRule by a > everything`},
		{"a role", "roles=X", []string{`User_* changerole: user.roles = "X"`, `App_* read: user.roles = "Y"`}, `changerole User by a +App:read`},
		{"a role that is needed by nothing", "roles=X", []string{`User_* changerole: user.roles = "X"`, `App_* read: user.roles = "X"`}, ``},
		{"a custom property", "group=X", []string{`User_* update: user.group = "X"`, `App_* read: user.@level = "9"`, `App_* update: user.group = "Y"`}, `update User by a +App:read`},
		{"directory attributes", "group=X", []string{`UserSyncTask_* update: user.group = "X"`, `App_* update: user.group = "Y"`}, `update UserSyncTask by a +App:update`},
		{"session attributes", "group=X", []string{`Virtual* update: user.group = "X"`, `App_* update: user.environment.group = "Y"`}, `update VirtualProxyConfig by a +App:update`},
		{"two steps", "group=X", []string{`User_* update: user.group = "X"`, `User_* changerole: user.@admin = "yes"`, `SystemRule_* create: user.roles = "Root"`, `App_* read: user.@admin = "yes"`},
			`update User by a +App:read +User:changerole > changerole User by b +SystemRule:create > create SystemRule by c > everything`},
		{"the short way", "group=X", []string{`User_* update,changerole: user.group = "X"`, `App_* read: user.@a = "1"`, `SystemRule_* update: user.roles = "Root"`},
			`changerole User by a +SystemRule:update > update SystemRule by c > everything`},
		{"rules of one category", "roles=X", []string{`SystemRule_* update: user.roles = "X" and resource.category = "License"`}, `update SystemRule by a? > perhaps everything`},
		{"rules of one filter", "roles=X", []string{`SystemRule_* update: user.roles = "X" and resource.category = "Security" and resource.resourceFilter like "Stream_*"`}, `update SystemRule by a? > perhaps everything`},
		{"an owner has no proxy", "roles=X", []string{`* update: resource.owner = user`, `App_* read: user.environment.a = "b"`}, ``},
		{"a named user is somebody else", "roles=X", []string{`SystemRule_* update: user.userId = "root"`}, ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := tell(reach(t, rules(t, test.rules...), persona(t, test.persona))[0]); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestPersonas(t *testing.T) {
	var names []string
	for _, p := range Named(rules(t, `App_* read: user.roles = "X" or "Sales" = user.group or user.@a == "1"`, `App_* read: user.environment.os = "ios" and user.name = "b" and resource.name = "c"`)) {
		names = append(names, p.Name)
	}
	if got := strings.Join(names, ", "); got != "any user, @a=1, environment.os=ios, group=Sales, roles=X" {
		t.Error(got)
	}
	user := func(id, group string) *snapshot.Entity {
		return &snapshot.Entity{Scalars: map[string]string{"userdirectory": "D", "userid": id}, Attributes: map[string][]string{"group": {group}}, Lists: map[string][]string{"roles": {"X"}}, Custom: map[string][]string{"a": {"1"}}}
	}
	site := &snapshot.Site{Users: map[string]*snapshot.Entity{`d\a`: user("a", "s"), `d\b`: user("b", "s"), `d\c`: user("c", "t"), `d\e`: {Scalars: map[string]string{}}}}
	list := OnRecord(site)
	if len(list) != 3 || list[0].Name != "@a=1, group=s, roles=X" || len(list[0].Users) != 2 {
		t.Errorf("%v", list)
	}
	if _, err := ParsePersona("roles"); err == nil {
		t.Error("a persona without a value is one")
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, rules(t, `App_* read: true`), []Persona{{Name: "x"}}, compiler.Options{Schema: schema.Default()}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestSite holds the roles of a real site to what is known of them.
func TestSite(t *testing.T) {
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS does not name the folder of the real rules")
	}
	list, _ := ruleset.Read(filepath.Join(corpus, "site-export", "systemrule.json"))
	for _, r := range reach(t, list, persona(t, "roles=SecurityAdmin"), persona(t, "roles=ContentAdmin"), persona(t, "roles=DeploymentAdmin"), persona(t, "roles=AuditAdmin")) {
		got := tell(r)
		t.Log(r.Persona, got)
		switch want := map[string]string{
			"roles=SecurityAdmin":   "update SystemRule by SecurityAdmin > everything",
			"roles=ContentAdmin":    "update SystemRule by ContentAdminRulesAccess? > perhaps everything",
			"roles=DeploymentAdmin": "update VirtualProxyConfig by DeploymentAdmin",
			"roles=AuditAdmin":      "",
		}[r.Persona]; {
		case r.Persona == "roles=DeploymentAdmin" && (!strings.HasPrefix(got, want) || !strings.HasSuffix(got, "> everything")):
			t.Errorf("%s: %s", r.Persona, got)
		case r.Persona != "roles=DeploymentAdmin" && got != want:
			t.Errorf("%s: %s, want %s", r.Persona, got, want)
		}
	}
}

func BenchmarkSite(b *testing.B) {
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		b.Skip("QLIK_CORPUS does not name the folder of the real rules")
	}
	list, _ := ruleset.Read(filepath.Join(corpus, "site-export", "systemrule.json"))
	for b.Loop() {
		reach(b, list, Named(list)...)
	}
}
