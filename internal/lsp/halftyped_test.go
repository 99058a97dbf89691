package lsp

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// siteOfWriter is a small site, whose values completion offers.
var siteOfWriter = map[string]string{
	"user.json": `[
		{"id": "20000000-0000-4000-8000-000000000001", "userDirectory": "ACME", "userId": "anna", "name": "Anna", "roles": ["RootAdmin"],
		 "attributes": [{"attributeType": "group", "attributeValue": "Finance"}, {"attributeType": "group", "attributeValue": "Field sales"}]},
		{"id": "20000000-0000-4000-8000-000000000002", "userDirectory": "ACME", "userId": "bo", "name": "Bo", "roles": [],
		 "attributes": [{"attributeType": "group", "attributeValue": "Finance"}]}]`,
	"stream.json": `[
		{"id": "40000000-0000-4000-8000-000000000001", "name": "Sales", "owner": {"id": "20000000-0000-4000-8000-000000000001"}, "customProperties": []},
		{"id": "40000000-0000-4000-8000-000000000002", "name": "Stock", "owner": {"id": "20000000-0000-4000-8000-000000000001"}, "customProperties": []}]`,
	"custompropertydefinition.json": `[{"id": "70000000-0000-4000-8000-000000000001", "name": "Region", "valueType": "Text",
		"choiceValues": ["North", "South"], "objectTypes": ["App", "Stream"]}]`,
}

// TestHalfTyped requests completions at the position | in unfinished conditions. The words on the left of / must all
// be offered, in this order; those on the right must not.
func TestHalfTyped(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing yet":                      {`|`, `resource user true false / and = "Finance"`},
		"a root, half":                     {`us|`, `user / and =`},
		"a dot":                            {`user.|`, `id name group IsAnonymous / resourcetype HasPrivilege user`},
		"a name, half":                     {`user.gr|`, `group / user`},
		"a dot in the middle":              {"user.|\nand resource.name = \"x\"", `group / and`},
		"a dot before a word":              {`user.|group = "Finance"`, `group / and`},
		"a relation":                       {`resource.stream.|`, `owner @Region HasPrivilege / stream IsOwned resourcetype`},
		"a relation of a relation":         {`resource.stream.owner.|`, `userDirectory group / @Region`},
		"an at sign":                       {`resource.@|`, `@Region / user`},
		"a custom property, half":          {`resource.@Re| = "North"`, `@Region / =`},
		"a session attribute":              {`user.environment.|`, `os device browser ip / group HasPrivilege`},
		"a node":                           {`node.|`, `id name / resourcetype IsAnonymous stream`},
		"after a path":                     {`user.group |`, `= != like / and user`},
		"an operator, half":                {`user.group li|`, `like / user`},
		"an operator without a space":      {`user.group =|`, `"Finance" "Field sales" user / and =`},
		"after an operator":                {`user.group = |`, `"Finance" "Field sales" resource user / and`},
		"an inequality":                    {`user.group != |`, `"Finance" / and`},
		"a value before the rest":          {`user.group = | and resource.name = "x"`, `"Finance" / and`},
		"an open quote":                    {`user.group = "|`, `Finance / "Finance" and user`},
		"quotes that the editor closed":    {`user.group = "|"`, `Finance / and user`},
		"a value, half":                    {`user.group = "Fi|"`, `Finance / and`},
		"an open quote and a parenthesis":  {`(user.group = "|)`, `Finance / and`},
		"an open quote before a line":      {"user.group = \"Fi|\nand resource.stream.HasPrivilege(\"read\")", `Finance / and`},
		"a value on the left":              {`"|" = user.group`, `Finance / and`},
		"a value to match":                 {`user.group like "|`, `Finance / and`},
		"a choice value":                   {`resource.stream.@Region = "|`, `North South / Finance`},
		"a type":                           {`resource.resourcetype = "|`, `App / Stream`},
		"a role":                           {`user.roles = "|`, `RootAdmin AuditAdmin ContentAdmin / Finance`},
		"a name of a stream":               {`resource.stream.name = "|`, `Sales Stock / Finance`},
		"an id of a stream":                {`resource.stream.id = "|`, `Sales Stock / Finance`},
		"after a comparison":               {`user.group = "Finance" |`, `and or / user =`},
		"right behind a comparison":        {`user.group = "Finance"|`, `and or / user =`},
		"a connective, half":               {`user.group = "Finance" a|`, `and / user =`},
		"after a connective":               {`user.group = "Finance" and |`, `resource user / and =`},
		"after a connective in the middle": {"user.group = \"x\" and |\nor resource.name = \"y\"", `resource user / and =`},
		"between two connectives":          {`user.group = "x" and | and resource.name = "y"`, `resource user / =`},
		"an open group":                    {`user.group = "Finance" and (|`, `resource user / and =`},
		"a closed group":                   {`(user.group = "Finance") |`, `and or / user =`},
		"a negation":                       {`!|`, `resource user / and`},
		"a negated path, half":             {`!user.|`, `group IsAnonymous / and`},
		"a function, half":                 {`resource.stream.Has|`, `HasPrivilege / and`},
		"an argument":                      {`resource.HasPrivilege(|`, `"read" "update" / user and`},
		"an argument between parentheses":  {`resource.HasPrivilege(|)`, `"read" "update" / user and`},
		"an argument, half":                {`resource.HasPrivilege("re|`, `read / user and`},
		"an argument before the rest":      {`resource.HasPrivilege("|") and user.group = "x"`, `read / user and`},
		"a function's empty parentheses":   {`user.IsAnonymous(|)`, ` / "read" user and`},
		"after a function":                 {`resource.stream.HasPrivilege("read") |`, `and or / =`},
		"after a truth value":              {`true |`, `and or / =`},
		"a path on the right":              {`resource.owner = u|`, `user / and`},
		"a name on the right":              {`resource.owner = user.|`, `id userDirectory / and`},
		"behind a wrong character":         {`user.group = "x" & |`, `resource user / =`},
		"keywords in upper case":           {`user.group = "x" AND |`, `resource user / =`},
		"a placeholder":                    {`resource.stream.id = "${|`, `${stream: / Finance`},
		"a placeholder's type, half":       {`resource.stream.id = "${st|"`, `${stream: / Finance`},
		"a placeholder's name":             {`resource.stream.id = "${stream:|`, `${stream:Sales} ${stream:Stock} / ${stream:`},
		"a placeholder's name, half":       {`resource.stream.id = "${stream:S|}"`, `${stream:Sales ${stream:Stock / ${stream:`},
	} {
		t.Run(name, func(t *testing.T) {
			before, after, _ := strings.Cut(c.text, "|")
			expectOffers(t, "---\nname: A\nfilter: App_*\nactions: [read]\n---\n"+before, after+"\n", c.want)
		})
	}
}

// TestHalfTypedHeaders does the same in headers and in incomplete files.
func TestHalfTypedHeaders(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a header without an end":    {"---\nname: A\nfi|", `filter:  / name: `},
		"a filter without an end":    {"---\nname: A\nfilter: |", `Stream_* * / name: `},
		"a filter's item, half":      {"---\nfilter: St|\n---\ntrue\n", `Stream_* / name: `},
		"a filter's second item":     {"---\nfilter: App_*, |\n---\ntrue\n", `Stream_* / name: `},
		"a filter's placeholder":     {"---\nfilter: Stream_${|\n---\ntrue\n", `${stream: / Stream_*`},
		"a filter's name":            {"---\nfilter: Stream_${stream:|\n---\ntrue\n", `${stream:Sales} / Stream_*`},
		"actions":                    {"---\nfilter: App_*\nactions: [read, |\n---\ntrue\n", `update all / user`},
		"a condition under no name":  {"---\nfilter: App_*\nactions: [\n---\nuser.|\n", `group / name: `},
		"a condition under an error": {"---\nfliter: App_*\n---\nresource.|\n", `stream / name: `},
	} {
		t.Run(name, func(t *testing.T) {
			before, after, _ := strings.Cut(c.text, "|")
			expectOffers(t, before, after, c.want)
		})
	}
}

// expectOffers checks the completions between two parts of a file.
func expectOffers(t *testing.T, before, after, want string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "site"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range siteOfWriter {
		if err := os.WriteFile(filepath.Join(dir, "site", name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := newClient(t, dir, `{}`)
	c.open("a.qrule", before+after)
	d := newDocument(c.uri("a.qrule"), before+after, 0, false)
	var list completionList
	c.call("textDocument/completion", positionParams{textDocument{URI: d.uri}, d.position(len(before))}, &list)
	var offered []string
	for _, item := range list.Items {
		offered = append(offered, item.Label)
		if at := item.TextEdit.Range; d.offset(at.End) != len(before) || d.offset(at.Start) > len(before) {
			t.Errorf("%q replaces %v, which does not end where the text is typed", item.Label, at)
		}
	}
	wanted, never, _ := strings.Cut(want, " / ")
	last := -1
	for _, word := range wordsOf(wanted) {
		i := slices.Index(offered, word)
		if i <= last {
			t.Errorf("%q is not offered in its place: %q", word, offered)
		}
		last = max(i, last)
	}
	for _, word := range wordsOf(never) {
		if slices.Contains(offered, word) {
			t.Errorf("%q is offered: %q", word, offered)
		}
	}
}

// wordsOf splits a text at spaces that are not inside quotes or after a colon.
func wordsOf(text string) []string {
	var words []string
	for _, w := range strings.Split(strings.ReplaceAll(text, `"Field sales"`, `"Field_sales"`), " ") {
		switch {
		case w == `"Field_sales"`:
			words = append(words, `"Field sales"`)
		case strings.HasSuffix(w, ":") && !strings.HasPrefix(w, "${"):
			words = append(words, w+" ")
		case w != "":
			words = append(words, w)
		}
	}
	return words
}
