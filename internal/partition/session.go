package partition

import (
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
	"github.com/qlik2rego/qlik2rego/internal/sitedata/handles"
)

// Session is what subjects have in common: where they come from and what is sent
// with their requests.
type Session struct {
	// Context is hub, qmc or, for requests that do not say, "".
	Context string
	// Environment holds session attributes. Names equal but for case unite.
	Environment map[string][]string
}

// Texts returns the values of an attribute by its folded name, folded unless exact is
// set, sorted and without doubles. The attribute context is where requests come from,
// unless they send one.
func (s *Session) Texts(name string, exact bool) []string {
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

// origin is the value of the attribute context of requests that send none
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

// AnonymousSubject is the subject id of the anonymous subject that is looked at
// beside the users on record. Anonymous subjects have no record, so that all are
// alike but for their names.
const AnonymousSubject = `NONE\anonymous`

// anonymous is the handle of that subject (policies/qlik/request.rego).
const anonymous = handles.Subject

// anonymousFields are the fields that a subject has of the subject id alone.
var anonymousFields = map[string][]string{
	"userdirectory": {"none"}, "=userdirectory": {"NONE"},
	"userid": {"anonymous"}, "=userid": {"anonymous"},
}

// isAnonymous says whether a subject's directory is NONE.
func (s *site) isAnonymous(handle string) bool {
	return slices.Contains(s.field("user", handle, "userdirectory"), "none")
}

// subjects returns the handles of those who can ask, in order, with the ids by
// which requests name them: users on record and, unless a user has that login, an
// anonymous subject. A user without a login whose id looks like one cannot be
// named, and is left out.
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
	// Where subjects have no directory, they are nodes.
	if !taken && s.data.Has("qlik", "view", "user", "scalars", "userdirectory") {
		handles, subjects = append(handles, anonymous), append(subjects, AnonymousSubject)
	}
	return handles, subjects
}
