package partition

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// Reader reads entities of a bundle's site as the rules do, to display or select them. It is
// not safe for concurrent use.
type Reader struct {
	site    *site
	columns map[string]*column
	logins  map[string]string // by handle, created on first use
}

// NewReader returns a reader of the data of a bundle.
func NewReader(data *bundles.Document) *Reader {
	return &Reader{site: &site{data: data, session: &Session{}}, columns: map[string]*column{}}
}

// Strings returns the strings of a property, also of related entities if the operand has steps,
// case-folded unless exact is set. Strings that the data does not contain are missing.
func (r *Reader) Strings(typ, handle string, op reads.Operand, exact bool) []string {
	key := fmt.Sprint(op, exact)
	c := r.columns[key]
	if c == nil {
		c = newColumn(r.site, op, exact)
		r.columns[key] = c
	}
	return c.of(typ, handle, unnumbered)
}

// Name returns the name of an entity as written, or case-folded if the data has only that; ""
// if it has none.
func (r *Reader) Name(typ, handle string) string {
	for _, field := range []string{"=name", "name"} {
		if strs := r.site.field(typ, handle, field); len(strs) > 0 {
			return strs[0]
		}
	}
	return ""
}

// Login returns the login of an existing user, DIRECTORY\user, as written if the data has that,
// otherwise case-folded; "" if the user has no login.
func (r *Reader) Login(handle string) string {
	part := func(name string) string {
		for _, field := range []string{"=" + name, name} {
			if strs := r.site.field("user", handle, field); len(strs) > 0 {
				return strs[0]
			}
		}
		return ""
	}
	if directory, user := part("userdirectory"), part("userid"); directory != "" && user != "" {
		return directory + `\` + user
	}
	if r.logins == nil {
		r.logins = map[string]string{}
		for _, login := range sitedata.Logins(r.site.data) {
			if of, ok := sitedata.User(r.site.data, login); ok {
				r.logins[of] = login
			}
		}
	}
	return r.logins[handle]
}

// LoginOf returns the login of the user that a request identifies by subject, in the spelling
// of Login; "" if there is no such user.
func (r *Reader) LoginOf(subject string) string {
	if handle, ok := sitedata.User(r.site.data, schema.Fold(subject)); ok {
		return r.Login(handle)
	}
	return ""
}
