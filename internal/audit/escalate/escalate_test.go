package escalate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

// rules parses rules in the short form `FILTER ACTION,…: CONDITION`. Their names are a, b, ….
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

// tell returns the steps of a persona in a short form.
func tell(p Result) string {
	var parts []string
	for _, s := range p.Steps {
		part := s.Action + " " + s.Type + " by " + s.By[0].Name
		if s.Reading != "" {
			part += "?"
		}
		for _, g := range s.Gains {
			sign := " +"
			if s.Change != nil {
				sign = " on it "
			}
			part += sign + g.Type + ":" + strings.Join(g.Actions, ",")
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
	r, err := Run(context.Background(), Input{Rules: list, Personas: personas, Options: compiler.Options{Schema: schema.Default()}})
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
	if _, err := ParsePersona("roles"); err == nil {
		t.Error("a persona without a value is accepted")
	}
}

// siteWith returns a site with users in the short form `ID NAME=VALUE …`, and a definition
// of the custom property level.
func siteWith(levels []string, users ...string) *snapshot.Site {
	site := &snapshot.Site{Users: map[string]*snapshot.Entity{}, Records: map[string]map[string]*snapshot.Entity{
		"custompropertydefinition": {"d": {Type: "custompropertydefinition", ID: "d", Scalars: map[string]string{"name": "level"}, Lists: map[string][]string{"choicevalues": levels, "objecttypes": {"User"}}}},
		"userdirectory":            {"e": {Type: "userdirectory", ID: "e", Scalars: map[string]string{"name": "D"}}},
	}}
	for _, u := range users {
		fields := strings.Fields(u)
		e := &snapshot.Entity{
			Type: "user", ID: "id-" + fields[0], Scalars: map[string]string{"userdirectory": "D", "userid": fields[0], "name": fields[0]},
			Lists: map[string][]string{}, Custom: map[string][]string{}, Attributes: map[string][]string{},
		}
		for _, f := range fields[1:] {
			name, value, _ := strings.Cut(f, "=")
			switch custom, isCustom := strings.CutPrefix(name, "@"); {
			case isCustom:
				e.Custom[custom] = []string{value}
			case name == "roles":
				e.Lists[name] = []string{value}
			default:
				e.Attributes[name] = []string{value}
			}
		}
		site.Users[`d\`+fields[0]] = e
	}
	return site
}

// TestOnSite determines what users of a site can reach with the entities on record.
func TestOnSite(t *testing.T) {
	for _, test := range []struct {
		name   string
		levels []string
		users  []string
		rules  []string
		want   []string
	}{
		{"users that no rule tells apart", nil, []string{"a group=s", "b group=t", "c roles=X"}, []string{`App_* read: user.roles = "X"`, `App_* update: user.group = "u"`},
			[]string{`group=s a,b: `, `roles=X c: `}},
		{"a property that is compared with another", nil, []string{"a group=s", "b group=t"}, []string{`App_* read: user.group = resource.@g`}, []string{`group=s a: `, `group=t b: `}},
		{"tests with the text on the left, of absence, and of who it is", nil, []string{"a group=s", "b", "c"}, []string{`App_* read: "s" = user.group or user.group.Empty() or user.userId = "c"`},
			[]string{`group=s a: `, `users without any property that rules read b: `, `users without any property that rules read, such as D\c c: `}},
		{"the own record", []string{"9"}, []string{"boss group=s", "other group=s"}, []string{`User_* update: resource.name = "boss"`, `App_* read: user.@level = "9"`},
			[]string{`users without any property that rules read boss: update User by a +App:read`, `users without any property that rules read, such as D\other other: `}},
		{"a value that is not defined", []string{"1"}, []string{"a group=s"}, []string{`User_* update: user.group = "s"`, `App_* read: user.@level = "9"`}, []string{`group=s a: `}},
		{"a value that is defined first", []string{"1"}, []string{"a group=s"}, []string{`User_*,CustomProperty* update: user.group = "s"`, `App_* read: user.@level = "9"`},
			[]string{`group=s a: update User by a +App:read`}},
		{"a directory on record", nil, []string{"a group=s"}, []string{`UserDirectory_* update: user.group = "s" and resource.name = "D"`, `App_* read: user.group = "t"`},
			[]string{`group=s a: update UserDirectory by a +App:read`}},
		{"a directory that is not on record", nil, []string{"a group=s"}, []string{`UserDirectory_* update: user.group = "s" and resource.name = "E"`, `App_* read: user.group = "t"`}, []string{`group=s a: `}},
		{"a rule on record", nil, []string{"a group=s"}, []string{`SystemRule_* update: user.group = "s" and resource.resourceFilter like "App*"`, `App_* read: user.group = "t"`},
			[]string{`group=s a: update SystemRule by a? > perhaps everything`}},
		{"no rule on record", nil, []string{"a group=s"}, []string{`SystemRule_* update: user.group = "s" and resource.name = "z"`}, []string{`group=s a: update SystemRule by a? > perhaps everything`}},
		{"any rule", nil, []string{"a group=s"}, []string{`SystemRule_* update: user.group = "s"`}, []string{`group=s a: update SystemRule by a > everything`}},
		{"a new rule", nil, []string{"a group=s"}, []string{`SystemRule_* create: user.group = "s"`}, []string{`group=s a: create SystemRule by a > everything`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := Run(t.Context(), Input{Rules: rules(t, test.rules...), Site: siteWith(test.levels, test.users...), Options: compiler.Options{Schema: schema.Default()}})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range r.Personas {
				got = append(got, p.Persona+" "+strings.ReplaceAll(strings.Join(p.Users, ","), `D\`, "")+": "+tell(p))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Input{Rules: rules(t, `App_* read: true`), Personas: []Persona{{Name: "x"}}, Options: compiler.Options{Schema: schema.Default()}}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestResources changes resources, which gives the user rights on resources that were closed to the user.
func TestResources(t *testing.T) {
	for _, test := range []struct {
		name    string
		persona string
		rules   []string
		want    string
	}{
		{"change owner", "group=X", []string{`App_* changeowner: user.group = "X"`, `App_* read: resource.owner = user`}, `changeowner App by a on it App:read`},
		{"change owner of what one owns", "group=X", []string{`App_* changeowner,read: resource.owner = user`}, ``},
		{"to an owner with a property", "group=X", []string{`Stream_* changeowner: user.group = "X"`, `Stream_* read: resource.owner.@team = "9"`}, `changeowner Stream by a on it Stream:read`},
		{"what one may do anyway", "group=X", []string{`App_* changeowner,read: user.group = "X"`, `App_* read: resource.owner = user`}, ``},
		{"publish", "group=X", []string{`App_* publish: resource.owner = user`, `Stream_* publish: user.group = "X"`, `App_* export: resource.stream.name = "S"`}, `publish App by a on it App:export`},
		{"publish without a right on a stream", "group=X", []string{`App_* publish: resource.owner = user`, `Stream_* publish: user.group = "Y"`, `App_* export: resource.stream.name = "S"`}, ``},
		{"publish to that very stream", "group=X", []string{`App_* publish: resource.owner = user`, `Stream_* publish: resource.name = "T"`, `App_* export: resource.stream.name = "S"`}, ``},
		{"the rights on a stream are those on its apps", "group=X", []string{`App_* publish: user.group = "X"`, `Stream_* publish,read: resource.name = "S"`, `App_* read: resource.stream.HasPrivilege("read")`}, `publish App by a on it App:read`},
		{"a custom property", "group=X", []string{`DataConnection_* update: user.group = "X"`, `DataConnection_* delete: resource.@open = "yes"`}, `update DataConnection by a on it DataConnection:delete`},
		{"a name", "group=X", []string{`App_* update: user.group = "X"`, `App_* delete: resource.name like "old *"`}, `update App by a on it App:delete`},
		{"the custom property of a stream, and its name, stay", "group=X", []string{`App_* update: user.group = "X"`, `App_* delete: resource.stream.@open = "yes" or resource.stream.name = "S"`}, ``},
		{"a copy", "group=X", []string{`App_* duplicate: user.group = "X"`, `App_* export: resource.owner = user`}, `duplicate App by a on it App:export`},
		{"a copy has no custom properties, no stream and another id", "group=X", []string{`App_* duplicate: user.group = "X"`, `App_* export: resource.@a = "1" or resource.stream.name = "S" or resource.id = "1" or resource.owner != user`}, ``},
		{"if it is judged before", "group=X", []string{`App_* update: resource.@lock.Empty()`, `App_* delete: resource.@lock = "1"`}, `update App by a? on it App:delete`},
		{"after a change of oneself", "group=X", []string{`User_* changerole: user.group = "X"`, `App_* changeowner: user.roles = "R"`, `App_* read: resource.owner = user`},
			`changerole User by a +App:changeowner > changeowner App by b on it App:read`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := tell(reach(t, rules(t, test.rules...), persona(t, test.persona))[0]); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestResourcesFromTheQMC changes a resource in the QMC that is used in the hub.
func TestResourcesFromTheQMC(t *testing.T) {
	list := rules(t, `App_* changeowner: user.group = "X"`, `App_* read: resource.owner = user`)
	list[0].Context, list[1].Context = ruleset.QMC, ruleset.Hub
	p := reach(t, list, persona(t, "group=X"))[0]
	if got := tell(p); got != `changeowner App by a on it App:read` {
		t.Error(got)
	}
	if c := p.Steps[0].Change; !slices.Equal(c.Before, []string{`user.group = "X"`}) || !slices.Equal(c.After, []string{"resource.owner = user"}) {
		t.Errorf("%+v", c)
	}
}

// TestResourcesOnSite changes entities on record, to values on record.
func TestResourcesOnSite(t *testing.T) {
	for _, test := range []struct {
		name  string
		apps  []string // NAME OWNER STREAM
		rules []string
		want  string
	}{
		{"an app of another", []string{"one b S"}, []string{`App_* changeowner: user.group = "X"`, `App_* read: resource.owner = user`}, `changeowner App by a on it App:read`},
		{"the own app", []string{"one a S"}, []string{`App_* changeowner: user.group = "X"`, `App_* read: resource.owner = user`}, ``},
		{"an app that is not on record", []string{"one b S"}, []string{`App_* changeowner: resource.name = "two"`, `App_* read: resource.owner = user`}, ``},
		{"no app on record", nil, []string{`App_* changeowner: resource.name = "two"`, `App_* read: resource.owner = user`}, `changeowner App by a on it App:read`},
		{"to a user on record", []string{"one a S"}, []string{`App_* changeowner: user.group = "X"`, `App_* read: resource.owner.group = "Y"`}, `changeowner App by a on it App:read`},
		{"to a user who is not on record", []string{"one a S"}, []string{`App_* changeowner: user.group = "X"`, `App_* read: resource.owner.group = "Z"`}, ``},
		{"to a stream on record", []string{"one a S"}, []string{`App_* publish: user.group = "X"`, `Stream_* publish: true`, `App_* read: resource.stream.name = "T"`}, `publish App by a on it App:read`},
		{"to a stream that is not on record", []string{"one a S"}, []string{`App_* publish: user.group = "X"`, `Stream_* publish: true`, `App_* read: resource.stream.name = "U"`}, ``},
		{"it is there", []string{"one a T"}, []string{`App_* publish: user.group = "X"`, `Stream_* publish: true`, `App_* read: resource.stream.name = "T"`}, ``},
		{"a value that is defined", []string{"one a S"}, []string{`App_* update: user.group = "X"`, `App_* read: resource.@level = "9"`}, `update App by a on it App:read`},
		{"a value that is not defined", []string{"one a S"}, []string{`App_* update: user.group = "X"`, `App_* read: resource.@level = "8"`}, ``},
		{"two changes", []string{"one b S"}, []string{`App_* changeowner: user.group = "X"`, `App_* update: resource.owner = user`, `App_* delete: resource.@level = "9" and resource.owner = user`},
			`changeowner App by a on it App:update > update App by b on it App:delete`},
		{"two changes, of which the first gains nothing", []string{"one b S"}, []string{`App_* changeowner,update: user.group = "X"`, `App_* delete: resource.@level = "9" and resource.owner = user`},
			`changeowner App by a > update App by a on it App:delete`},
		{"three changes", []string{"one b S"}, []string{`App_* changeowner: user.group = "X"`, `App_* update: resource.owner = user`, `App_* publish: resource.@level = "9"`, `Stream_* publish: true`, `App_* delete: resource.stream.name = "T"`},
			`changeowner App by a on it App:update > update App by b on it App:publish > publish App by c on it App:delete`},
		{"a copy", []string{"one b S"}, []string{`App_* duplicate: user.group = "X"`, `App_* read: resource.owner = user`}, `duplicate App by a on it App:read`},
	} {
		t.Run(test.name, func(t *testing.T) {
			site := siteWith([]string{"9"}, "a group=X", "b group=Y")
			site.Records["custompropertydefinition"]["d"].Lists["objecttypes"] = []string{"User", "App"}
			site.Records["stream"] = map[string]*snapshot.Entity{}
			for _, name := range []string{"S", "T"} {
				site.Records["stream"][name] = &snapshot.Entity{Type: "stream", TypeName: "Stream", ID: name, Scalars: map[string]string{"name": name}}
			}
			site.Records["app"] = map[string]*snapshot.Entity{}
			for _, a := range test.apps {
				f := strings.Fields(a)
				site.Records["app"][f[0]] = &snapshot.Entity{Type: "app", TypeName: "App", ID: f[0], Scalars: map[string]string{"name": f[0], "published": "true"}, Relations: map[string][]*snapshot.Entity{
					"owner": {site.Users[`d\`+f[1]]}, "stream": {site.Records["stream"][f[2]]},
				}}
			}
			r, err := Run(t.Context(), Input{Rules: rules(t, test.rules...), Site: site, Options: compiler.Options{Schema: schema.Default()}})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range r.Personas {
				if got := tell(p); slices.Contains(p.Users, `D\a`) && got != test.want {
					t.Errorf("got  %s\nwant %s", got, test.want)
				}
			}
		})
	}
}

// TestSite compares the roles of a real site with their known rights.
func TestSite(t *testing.T) {
	if testing.Short() {
		t.Skip("many questions about a real site; other tests run the same code")
	}
	corpus := os.Getenv("QLIK_CORPUS")
	if corpus == "" {
		t.Skip("QLIK_CORPUS does not name the folder of the real rules")
	}
	list, _ := ruleset.Read(filepath.Join(corpus, "site-export", "systemrule.json"))
	valid := slices.DeleteFunc(slices.Clone(list), func(r ruleset.Rule) bool { return r.Disabled })
	site := siteWith(nil, "s roles=SecurityAdmin", "c roles=ContentAdmin", "d roles=DeploymentAdmin", "a roles=AuditAdmin")
	onSite, err := Run(t.Context(), Input{Rules: valid, Site: site, Options: compiler.Options{Schema: schema.Default()}})
	if err != nil || len(onSite.Personas) != 4 {
		t.Fatal(err, onSite)
	}
	for _, r := range slices.Concat(onSite.Personas, reach(t, list, persona(t, "roles=SecurityAdmin"), persona(t, "roles=ContentAdmin"), persona(t, "roles=DeploymentAdmin"), persona(t, "roles=AuditAdmin"))) {
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
