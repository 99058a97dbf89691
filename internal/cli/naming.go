package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// naming translates the spelling on the command line (names, logins in any case, types) to that of
// a request. It returns a usage error with suggestions for names that it cannot translate.
type naming struct {
	command *cli.Command
	in      onRecord
	// known are the types that a request may have, as they are spelled.
	known []string
	// noSite describes what to do if there is no site.
	noSite string
	// inactive maps the lower-case ids of users who cannot log in to the reason; nil if a bundle
	// does not contain it.
	inactive map[string]string
}

// typeNames returns the types of a schema and of the data of a bundle.
func typeNames(s *schema.Schema, data *bundles.Document) []string {
	var known []string
	for _, t := range s.Types() {
		known = append(known, t.Name)
	}
	if data == nil {
		return known
	}
	for _, key := range sitedata.ViewTypes(data) {
		if name, ok := sitedata.TypeName(data, key); ok && !has(known, key) && key != schema.GeneralKey {
			known = append(known, name)
		}
	}
	for _, key := range sitedata.Types(data) {
		if !has(known, key) {
			known = append(known, key)
		}
	}
	return known
}

func has(known []string, name string) bool {
	return slices.ContainsFunc(known, func(k string) bool { return schema.Fold(k) == schema.Fold(name) })
}

// commonWords maps common words for resources to the names of their types.
var commonWords = map[string]string{
	"sheet": "App.Object", "story": "App.Object", "bookmark": "App.Object", "masterobject": "App.Object", "dimension": "App.Object", "measure": "App.Object",
	"task": "ReloadTask", "reload": "ReloadTask", "connection": "DataConnection", "library": "ContentLibrary", "securityrule": "SystemRule", "rule": "SystemRule",
}

// typeOf returns the type with a name, as it is spelled. For an unknown name it returns a usage
// error if it can suggest another one; otherwise the name is that of a type outside the schema.
func (n naming) typeOf(flag, name, id string) (string, error) {
	for _, k := range n.known {
		if schema.Fold(k) == schema.Fold(name) {
			return k, nil
		}
	}
	if n.hasType(name) {
		return name, nil
	}
	meant := commonWords[strings.TrimSuffix(schema.Fold(name), "s")]
	for _, typ := range n.in.types() {
		if _, ok := n.in.find(typ, id); ok && id != "" {
			meant = n.spelled(typ)
		}
	}
	hint := "; did you mean " + meant + "?"
	if meant == "" {
		hint = didYouMean(name, n.known, as)
	}
	if hint == "" {
		return name, nil
	}
	return "", UsageOf(n.command, "--%s: there is no type %q%s", flag, name, hint)
}

func (n naming) hasType(name string) bool { return slices.Contains(n.in.types(), schema.Fold(name)) }

func (n naming) spelled(key string) string {
	for _, k := range n.known {
		if schema.Fold(k) == key {
			return k
		}
	}
	return key
}

// subject returns the user with a login, id or name. It keeps an unknown login: the decision then
// reports that the subject is unknown.
func (n naming) subject(given string, described bool) (string, error) {
	login := given
	if directory, user, ok := strings.Cut(given, "/"); ok && !strings.Contains(given, `\`) {
		login = directory + `\` + user
	}
	directory, _, isLogin := strings.Cut(login, `\`)
	if isLogin && strings.EqualFold(directory, "NONE") {
		return given, nil
	}
	for _, find := range []func() (record, bool){
		func() (record, bool) { return n.in.user(login) },
		func() (record, bool) { return n.in.find("user", given) },
	} {
		if r, ok := find(); ok {
			if described {
				return "", UsageOf(n.command, "--subject-property describes a user who is not on record, and %s is: the record counts", r.subject())
			}
			return r.subject(), nil
		}
	}
	if described {
		return login, nil
	}
	if !n.in.hasSite() {
		return "", UsageOf(n.command, "--subject: nobody is on record: %s, or describe the user with --subject-property", n.noSite)
	}
	var called []record
	for _, r := range n.in.all("user") {
		_, user, _ := strings.Cut(r.Login, `\`)
		if schema.Fold(r.Name) == schema.Fold(given) || schema.Fold(user) == schema.Fold(given) {
			called = append(called, r)
		}
	}
	switch {
	case len(called) == 1:
		return called[0].subject(), nil
	case len(called) > 1:
		return "", UsageOf(n.command, "--subject: %d users on record are called %q: %s", len(called), given, listed(called, record.subject))
	case isLogin:
		return given, nil
	}
	return "", UsageOf(n.command, `--subject: nobody on record has the login DIRECTORY\user, the id or the name %q%s`, given, n.meantUser(given))
}

// meantUser suggests users with similar names, or returns "".
func (n naming) meantUser(given string) string {
	var words []string
	login := map[string]string{}
	for _, r := range n.in.all("user") {
		_, user, _ := strings.Cut(r.Login, `\`)
		for _, word := range []string{r.Login, user, r.Name} {
			if _, ok := login[word]; word != "" && !ok {
				words, login[word] = append(words, word), r.subject()
			}
		}
	}
	return didYouMean(given, words, func(word string) string {
		if word == login[word] {
			return word
		}
		return fmt.Sprintf("%s (%s)", login[word], word)
	})
}

// isSection reports whether a string is the id of a section of the hub or the QMC, which filters
// name without a type.
func isSection(text string) bool {
	key := schema.Fold(text)
	return strings.HasPrefix(key, "qmcsection_") || strings.HasPrefix(key, "hubsection_")
}

// resource returns the type and the id of the resource with an id or a name. It keeps an unknown
// id: the decision then reports that the resource is unknown.
func (n naming) resource(typ, id string, described bool) (string, string, error) {
	typ, err := n.typeOf("resource", typ, id)
	if err != nil || described || !n.hasType(typ) {
		return typ, id, err
	}
	if _, ok := n.in.find(typ, id); ok {
		return typ, id, nil
	}
	var called []record
	for _, r := range n.in.all(typ) {
		if schema.Fold(r.Name) == schema.Fold(id) && id != "" {
			called = append(called, r)
		}
	}
	switch len(called) {
	case 0:
	case 1:
		return typ, called[0].ID, nil
	default:
		return "", "", UsageOf(n.command, "--resource: %d resources of the type %s are called %q: %s", len(called), typ, id, listed(called, func(r record) string { return r.ID }))
	}
	for _, other := range n.in.types() {
		if r, ok := n.in.find(other, id); ok {
			return "", "", UsageOf(n.command, "--resource: %s is the id of a resource of another type; did you mean %s:%s%s?", id, n.spelled(other), r.ID, named(r))
		}
	}
	return typ, id, nil
}

// meantResource suggests resources with similar names, or returns "".
func (n naming) meantResource(typ, given string) string {
	var words []string
	id := map[string]record{}
	for _, r := range n.in.all(typ) {
		for _, word := range []string{r.Name, r.ID} {
			if _, ok := id[word]; word != "" && !ok {
				words, id[word] = append(words, word), r
			}
		}
	}
	return didYouMean(given, words, func(word string) string { return id[word].ID + named(id[word]) })
}

// meantOf is meantResource for resources of several types.
func (n naming) meantOf(types []string, given string) string {
	for _, typ := range types {
		if hint := n.meantResource(typ, given); hint != "" {
			return hint
		}
	}
	return ""
}

// spelledAll returns the types in the data, as they are spelled.
func (n naming) spelledAll() []string {
	var all []string
	for _, key := range n.in.types() {
		all = append(all, n.spelled(key))
	}
	return all
}

func named(r record) string {
	if r.Name == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", r.Name)
}

// maxListed is the number of entities that a message lists.
const maxListed = 10

func listed(all []record, say func(record) string) string {
	var words []string
	for _, r := range all[:min(len(all), maxListed)] {
		words = append(words, say(r))
	}
	if more := len(all) - len(words); more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, ", ")
}

func as(word string) string { return word }

// parseAction parses the action of a flag and ignores case.
func parseAction(c *cli.Command, name string) (ruleset.Action, error) {
	action, ok := ruleset.ParseAction(name)
	if !ok {
		var known []string
		for _, k := range ruleset.AllActions {
			known = append(known, k.Name())
		}
		return 0, UsageOf(c, "--action: unknown action %q%s", name, didYouMean(name, known, as))
	}
	return action, nil
}

// apply resolves the names in a request made from flags, and writes suggestions for unknown users
// and resources to standard error.
func (n naming) apply(r *Request, stderr io.Writer) error {
	var err error
	if r.Subject.ID != "" {
		if r.Subject.ID, err = n.subject(r.Subject.ID, r.Subject.Properties != nil); err != nil {
			return err
		}
		if hint := n.unknownUser(r.Subject); hint != "" {
			fmt.Fprintln(stderr, hint)
		}
		if why := n.whyInactive(r.Subject.ID); why != "" {
			fmt.Fprintf(stderr, "%s is %s: Qlik rejects such users, but rules do not see this\n", r.Subject.ID, why)
		}
	}
	if r.Resource.Type == "" || r.Resource.ID == "" {
		return nil
	}
	described := r.Resource.Properties != nil
	if r.Resource.Type, r.Resource.ID, err = n.resource(r.Resource.Type, r.Resource.ID, described); err != nil || described {
		return err
	}
	if _, ok := n.in.find(r.Resource.Type, r.Resource.ID); !ok && n.hasType(r.Resource.Type) {
		fmt.Fprintf(stderr, "no resource of the type %s in the snapshot has the id or name %q%s\n", r.Resource.Type, r.Resource.ID, n.meantResource(r.Resource.Type, r.Resource.ID))
	}
	return nil
}

// whyInactive returns the reason why an existing user cannot log in, or "".
func (n naming) whyInactive(subject string) string {
	r, ok := n.in.user(subject)
	if !ok {
		r, ok = n.in.find("user", subject)
	}
	if !ok {
		return ""
	}
	return n.inactive[schema.Fold(r.ID)]
}

func (n naming) unknownUser(subject Entity) string {
	directory, _, _ := strings.Cut(subject.ID, `\`)
	if subject.Properties != nil || strings.EqualFold(directory, "NONE") {
		return ""
	}
	if _, ok := n.in.user(subject.ID); ok {
		return ""
	}
	if _, ok := n.in.find("user", subject.ID); ok {
		return ""
	}
	return fmt.Sprintf("no user of the snapshot is %s%s", subject.ID, n.meantUser(subject.ID))
}
