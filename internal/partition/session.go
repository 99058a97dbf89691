package partition

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/sitedata/handles"
)

// Session is what the requests of all subjects have in common: their context and their session
// attributes.
type Session struct {
	// Context is hub, qmc or, for requests without a context, "".
	Context string
	// Environment holds session attributes. Names that differ only in case are united.
	Environment map[string][]string
}

// Strings returns the values of an attribute by its case-folded name, case-folded unless exact
// is set, sorted and without duplicates. The attribute context is the context of requests,
// unless they send one.
func (s *Session) Strings(name string, exact bool) []string {
	var all []string
	for written, values := range s.Environment {
		if schema.Fold(written) != name {
			continue
		}
		for _, v := range values {
			if !exact {
				v = schema.Fold(v)
			}
			all = append(all, v)
		}
	}
	if len(all) == 0 && name == "context" {
		all = s.origin(exact)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// origin is the value of the attribute context for requests that do not send one
// (policies/qlik/request.rego).
func (s *Session) origin(exact bool) []string {
	name := map[string]string{"hub": "AppAccess", "qmc": "ManagementAccess"}[s.Context]
	switch {
	case name == "":
		return nil
	case exact:
		return []string{name}
	}
	return []string{schema.Fold(name)}
}

// AnonymousSubject is the subject id of the anonymous subject that is added to the existing
// users. Anonymous subjects have no record, so that they differ in their names only.
const AnonymousSubject = `NONE\anonymous`

// anonymous is the handle of that subject (policies/qlik/request.rego).
const anonymous = handles.Subject

// anonymousFields are the fields that a subject has because of its subject id alone.
var anonymousFields = map[string][]string{
	"userdirectory": {"none"}, "=userdirectory": {"NONE"},
	"userid": {"anonymous"}, "=userid": {"anonymous"},
}

// isAnonymous reports whether a subject's directory is NONE.
func (s *site) isAnonymous(handle string) bool {
	return slices.Contains(s.field("user", handle, "userdirectory"), "none")
}

// subjects returns the handles of all possible subjects, sorted, with the ids that requests use
// for them: existing users and, unless a user has that login, an anonymous subject. A user
// without a login whose id looks like one cannot be identified, and is left out.
func (s *site) subjects() (handles, subjects []string) {
	logins := map[string]string{}
	taken := false
	for _, login := range sitedata.Logins(s.data) {
		if handle, ok := sitedata.User(s.data, login); ok {
			logins[handle] = login
		}
		taken = taken || login == schema.Fold(AnonymousSubject)
	}
	for _, handle := range sitedata.Handles(s.data, "user") {
		login, ok := logins[handle]
		switch {
		case ok:
			subjects = append(subjects, login)
		case strings.Contains(handle, `\`):
			continue
		default:
			subjects = append(subjects, handle)
		}
		handles = append(handles, handle)
	}
	// If subjects have no directory, they are nodes.
	if !taken && s.data.Has("qlik", "view", "user", "scalars", "userdirectory") {
		handles, subjects = append(handles, anonymous), append(subjects, AnonymousSubject)
	}
	return handles, subjects
}
