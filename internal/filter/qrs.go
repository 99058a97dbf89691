package filter

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ir"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// QRS is a filter as the query parameter filter of Qlik's repository service. The list of a
// type is the union, by id, of what the calls with each of Filters return.
type QRS struct {
	// Filters are empty for a filter that selects nothing: make no call.
	Filters []string
	// Exact says that the filters select what the rules grant, and not more. Otherwise
	// each result must be checked by a decision.
	Exact bool
}

// QRSOptions are options for filters for the repository service.
type QRSOptions struct {
	// Site resolves conditions on related entities to their ids; nil resolves nothing.
	Site *snapshot.Site
	// Superset widens what a filter cannot express, instead of failing.
	Superset bool
}

// qrsIDs is the maximum number of ids in one call, so that the address stays below the server's
// limit of 16 KB.
const qrsIDs = 200

// maxQRSFilter is the maximum length of a percent-encoded filter.
const maxQRSFilter = 15_000

// WriteQRS writes a filter for the repository service.
func WriteQRS(n Node, o QRSOptions) (*QRS, error) {
	w := &qrsWriter{QRSOptions: o, exact: true}
	if KindOf(n) == Never {
		return &QRS{Filters: []string{}, Exact: true}, nil
	}
	branches := []Node{n}
	if all, ok := n.(Or); ok {
		branches = all
	}
	var pieces []string
	for _, b := range branches {
		for _, part := range w.split(b) {
			text, err := w.condition(part)
			var cannot *Untranslatable
			if errors.As(err, &cannot) && o.Superset {
				w.exact, text, err = false, everything, nil
			}
			if err != nil {
				return nil, err
			}
			if text == everything {
				return &QRS{Filters: []string{everything}, Exact: w.exact}, nil
			}
			pieces = append(pieces, text)
		}
	}
	q := &QRS{Exact: w.exact}
	for _, text := range pieces {
		last := len(q.Filters) - 1
		if last >= 0 && len(url.QueryEscape(q.Filters[last]+" or "+text)) <= maxQRSFilter {
			q.Filters[last] += " or " + text
			continue
		}
		if len(url.QueryEscape(text)) > maxQRSFilter {
			return nil, &Untranslatable{"one condition is longer than an address may be", "qrs"}
		}
		q.Filters = append(q.Filters, text)
	}
	return q, nil
}

// everything selects all entities: an id is never equal to the nil GUID.
const everything = "id ne 00000000-0000-0000-0000-000000000000"

type qrsWriter struct {
	QRSOptions
	exact bool
}

// split splits a branch into parts with at most qrsIDs ids each.
func (w *qrsWriter) split(n Node) []Node {
	r, ok := n.(Related)
	if !ok {
		return []Node{n}
	}
	found, ok := w.ids(r)
	if !ok {
		return []Node{n}
	}
	var parts []Node
	for chunk := range slices.Chunk(found, qrsIDs) {
		parts = append(parts, Related{r.Step, r.From, In{Column{r.Step.Type, "id", false}, chunk, false}})
	}
	return parts
}

// ids resolves a condition on a related entity.
func (w *qrsWriter) ids(r Related) ([]string, bool) {
	if by, ok := r.Node.(In); ok && by.Column.Name == "id" && !by.Exact {
		return by.Strings, true
	}
	if w.Site == nil || r.Step.Many {
		return nil, false
	}
	records := w.Site.Records[r.Step.Type]
	var found []string
	for _, id := range slices.Sorted(maps.Keys(records)) {
		if Holds(r.Node, records[id]) {
			found = append(found, id)
		}
	}
	return found, true
}

var guid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// condition writes a condition. The grammar has no negation and no test for NULL.
func (w *qrsWriter) condition(n Node) (string, error) {
	switch n := n.(type) {
	case Const:
		if n {
			return everything, nil
		}
		return "id eq 00000000-0000-0000-0000-000000000000", nil
	case And:
		return w.and(n)
	case Or:
		return w.chain(n, " or ")
	case In:
		return w.in(n.Column, "", n.Strings, n.Exact)
	case Like:
		return w.like(n)
	case Related:
		found, ok := w.ids(n)
		if !ok || n.Step.Many {
			return "", &Untranslatable{fmt.Sprintf("%s leads to other entities; give a snapshot", n.Step.Name), "qrs"}
		}
		if len(found) == 0 {
			return w.condition(Const(false))
		}
		return w.in(Column{n.Step.Type, "id", false}, n.Step.Name+".", found, false)
	case Not:
		return "", &Untranslatable{"a condition is negated", "qrs"}
	case Other:
		return "", &Untranslatable{"a list has another value", "qrs"}
	case Matches:
		return "", &Untranslatable{"a regular expression is tested", "qrs"}
	case Present:
		return "", &Untranslatable{"a property has any value", "qrs"}
	case Shared:
		return "", &Untranslatable{"two properties are compared", "qrs"}
	case SameEntity:
		return "", &Untranslatable{"two relations are compared", "qrs"}
	}
	panic(fmt.Sprintf("filter: unknown node %T", n))
}

// and omits what cannot be expressed if a superset is allowed: a conjunction without a term
// selects more.
func (w *qrsWriter) and(nodes And) (string, error) {
	var kept []Node
	for _, n := range nodes {
		_, err := w.condition(n)
		var cannot *Untranslatable
		if w.Superset && errors.As(err, &cannot) {
			w.exact = false
			continue
		}
		if err != nil {
			return "", err
		}
		kept = append(kept, n)
	}
	if len(kept) == 0 {
		return everything, nil
	}
	return w.chain(kept, " and ")
}

func (w *qrsWriter) chain(nodes []Node, operator string) (string, error) {
	var parts []string
	for _, n := range nodes {
		text, err := w.condition(n)
		if err != nil {
			return "", err
		}
		parts = append(parts, text)
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return "(" + strings.Join(parts, operator) + ")", nil
}

// qrsPaths are the properties that are known to work in filters. Others are rejected.
var qrsPaths = map[string]bool{"id": true, "name": true, "published": true, "objecttype": true, "description": true, "type": true, "userid": true, "userdirectory": true}

func (w *qrsWriter) in(c Column, prefix string, strs []string, exact bool) (string, error) {
	path, err := w.path(c, prefix)
	if err != nil {
		return "", err
	}
	if exact {
		// eq ignores case: it selects more than == does.
		if !w.Superset {
			return "", &Untranslatable{"== minds case, and eq of the repository service ignores it", "qrs"}
		}
		w.exact = false
	}
	parts := make([]string, len(strs))
	for i, text := range strs {
		value := quoteQRS(text)
		if c.Name == "id" && guid.MatchString(text) || c.Name == "published" {
			value = text
		}
		parts[i] = path + " eq " + value
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return "(" + strings.Join(parts, " or ") + ")", nil
}

func (w *qrsWriter) path(c Column, prefix string) (string, error) {
	if !strings.HasPrefix(c.Name, "@") && !qrsPaths[c.Name] {
		return "", &Untranslatable{fmt.Sprintf("%s can be filtered by", c.Name), "qrs"}
	}
	return prefix + c.Name, nil
}

func (w *qrsWriter) like(n Like) (string, error) {
	path, err := w.path(n.Column, "")
	if err != nil {
		return "", err
	}
	switch shape, text := n.Pattern.Shape(); shape {
	case ir.Prefix:
		return path + " sw " + quoteQRS(text), nil
	case ir.Suffix:
		return path + " ew " + quoteQRS(text), nil
	case ir.Infix:
		return path + " so " + quoteQRS(text), nil
	case ir.Whole, ir.Anything, ir.General:
	}
	longest := ""
	for _, part := range n.Pattern.Parts() {
		if len(part.Literal) > len(longest) {
			longest = part.Literal
		}
	}
	if !w.Superset || longest == "" {
		return "", &Untranslatable{"a pattern of like has wildcards inside", "qrs"}
	}
	w.exact = false
	return path + " so " + quoteQRS(longest), nil
}

// quoteQRS quotes a string. The service uses the backslash as escape and does not accept
// doubled quotes.
func quoteQRS(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + "'"
}
