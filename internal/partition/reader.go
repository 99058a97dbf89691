package partition

import (
	"fmt"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/sitedata"
)

// Reader reads entities of a bundle's site as the rules do, for who shows or selects
// them. It is not safe for concurrent use.
type Reader struct {
	site    *site
	columns map[string]*column
	logins  map[string]string // by handle, made when first asked for
}

// NewReader returns a reader of the data of a bundle.
func NewReader(data *bundles.Document) *Reader {
	return &Reader{site: &site{data: data, session: &Session{}}, columns: map[string]*column{}}
}

// Texts returns the texts of a property, or of one that the relations of the operand
// lead to, folded unless exact is set. A text that the data does not hold is missing.
func (r *Reader) Texts(typ, handle string, op reads.Operand, exact bool) []string {
	key := fmt.Sprint(op, exact)
	c := r.columns[key]
	if c == nil {
		c = newColumn(r.site, op, exact)
		r.columns[key] = c
	}
	return c.of(typ, handle, unnumbered)
}

// Name returns the name of an entity as it is written, or folded where the data has
// no more; "" where it has none.
func (r *Reader) Name(typ, handle string) string {
	for _, field := range []string{"=name", "name"} {
		if texts := r.site.field(typ, handle, field); len(texts) > 0 {
			return texts[0]
		}
	}
	return ""
}

// Login returns what a user on record logs in as, DIRECTORY\user, as it is written where
// the data has that, otherwise folded; "" where the user has no login.
func (r *Reader) Login(handle string) string {
	part := func(name string) string {
		for _, field := range []string{"=" + name, name} {
			if texts := r.site.field("user", handle, field); len(texts) > 0 {
				return texts[0]
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

// LoginOf returns the login of the user whom a request names by subject, in the spelling on
// record as Login has it; "" where the subject is nobody on record.
func (r *Reader) LoginOf(subject string) string {
	if handle, ok := sitedata.User(r.site.data, schema.Fold(subject)); ok {
		return r.Login(handle)
	}
	return ""
}
