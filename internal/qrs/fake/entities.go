package fake

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
)

var guid = regexp.MustCompile(`^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`)

// entities answers the generic endpoints: <type>, <type>/full, <type>/{id},
// <type>/count, <type>/table, <type>/previewcreateprivilege.
func (c *call) entities(path string) {
	name, last := path, ""
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		if end := path[i+1:]; end == "full" || end == "count" || end == "table" || end == "many" || end == "previewcreateprivilege" || guid.MatchString(end) {
			name, last = path[:i], end
		}
	}
	c.Store.mu.RLock()
	list := c.Store.collections[name]
	c.Store.mu.RUnlock()
	if list == nil || slices.Contains(c.options.HideTypes, name) {
		c.fail(http.StatusNotFound, "The operation failed: no such resource type")
		return
	}
	if c.r.Method != http.MethodGet && last != "table" && last != "previewcreateprivilege" {
		c.writes.Add(1)
	}
	switch {
	case c.r.Method == http.MethodGet && guid.MatchString(last):
		c.one(name, last)
	case c.r.Method == http.MethodGet && last == "count":
		c.countOf(name)
	case c.r.Method == http.MethodGet && (last == "" || last == "full"):
		c.list(name, last == "full")
	case c.r.Method == http.MethodPost && last == "table":
		c.table(name)
	case c.r.Method == http.MethodPost && last == "previewcreateprivilege":
		c.previewCreate(name)
	case c.r.Method == http.MethodPost && last == "":
		c.create(name)
	case c.r.Method == http.MethodPut && guid.MatchString(last):
		c.update(name, last)
	case c.r.Method == http.MethodDelete && guid.MatchString(last):
		c.remove(name, last)
	default:
		c.fail(http.StatusMethodNotAllowed, "Method not allowed")
	}
}

// visible returns the entities that pass the filter of the call and that its user may read.
func (c *call) visible(name string, f func(*entity) bool) bool {
	pass, err := parseFilter(c.r.URL.Query().Get("filter"))
	if err != nil {
		c.fail(http.StatusBadRequest, err.Error())
		return false
	}
	c.Store.mu.RLock()
	list := *c.Store.collections[name]
	c.Store.mu.RUnlock()
	reader := c.reader(list.typ)
	if order := c.r.URL.Query().Get("orderby"); order != "" && list.synthetic == nil {
		path := strings.Split(order, ".")
		key := func(e *entity) string { return strings.ToLower(strings.Join(valuesAt(e.fields, path), " ")) }
		list.items = slices.Clone(list.items)
		slices.SortStableFunc(list.items, func(a, b *entity) int { return cmp.Compare(key(a), key(b)) })
	}
	whole := c.full() && c.r.URL.Query().Get("filter") == "" && c.r.Method == http.MethodGet && c.r.URL.Query().Get("privileges") == "" && strings.HasSuffix(strings.ToLower(c.r.URL.Path), "/full")
	list.each(whole, func(e *entity) bool {
		if !reader(e) || !pass(e.fields) {
			return true
		}
		return f(e)
	})
	return true
}

func (c *call) list(name string, full bool) {
	n := 0
	write := func(text []byte) { _, _ = c.out.Write(text) } // the client may have disconnected
	begin := func() {
		if n == 0 && !c.started {
			c.start(http.StatusOK)
			write([]byte("["))
		}
	}
	typ, asked := typeOf(name), c.r.URL.Query().Get("privileges") == "true"
	ok := c.visible(name, func(e *entity) bool {
		begin()
		if n > 0 {
			write([]byte(","))
		}
		switch {
		case asked:
			write(encode(c.withPrivileges(typ, e.fields)))
		case full:
			write(e.raw)
		default:
			write(encode(condense(typ, e.fields)))
		}
		n++
		return c.r.Context().Err() == nil && (n < 100 || !c.short())
	})
	if ok {
		begin()
		write([]byte("]"))
	}
}

// withPrivileges adds the rights of the caller, as requested by privileges=true.
func (c *call) withPrivileges(typ string, fields object) object {
	names := []any{}
	for _, a := range ruleset.AllActions {
		if c.may(a.Name(), typ, fields) {
			names = append(names, a.Name())
		}
	}
	return with(fields, object{"privileges": names})
}

func (c *call) one(name, id string) {
	e := c.get(name, id)
	switch {
	case e == nil:
		c.failWith(errNotFound)
	case !c.reader(typeOf(name))(e):
		c.fail(http.StatusForbidden, "Forbidden")
	default:
		c.answer(http.StatusOK, e.fields)
	}
}

func (c *call) get(name, id string) *entity {
	c.Store.mu.RLock()
	defer c.Store.mu.RUnlock()
	_, e := c.Store.collections[name].find(id)
	return e
}

func (c *call) countOf(name string) {
	n := 0
	if c.r.URL.Query().Get("filter") == "" && c.full() {
		c.Store.mu.RLock()
		n = c.Store.collections[name].count()
		c.Store.mu.RUnlock()
	} else if !c.visible(name, func(*entity) bool { n++; return true }) {
		return
	}
	if c.options.CountObject {
		c.answer(http.StatusOK, object{"value": n})
		return
	}
	c.answer(http.StatusOK, n)
}

func (c *call) create(name string) {
	fields := object{}
	if !c.body(&fields) {
		return
	}
	if !c.may("create", typeOf(name), fields) {
		c.fail(http.StatusForbidden, "Forbidden")
		return
	}
	if text, _ := fields["name"].(string); text == "" {
		c.fail(http.StatusBadRequest, "Missing parameter value(s): name")
		return
	}
	made, err := c.Store.Create(name, fields, c.login)
	if err != nil {
		c.failWith(err)
		return
	}
	c.answer(http.StatusCreated, made)
}

// previewCreate answers whether the caller may create an entity.
func (c *call) previewCreate(name string) {
	fields := object{}
	if c.options.NoPreview {
		c.fail(http.StatusNotFound, "The operation failed: no such resource type")
		return
	}
	if c.body(&fields) {
		c.answer(http.StatusOK, c.may("create", typeOf(name), fields))
	}
}

func (c *call) update(name, id string) {
	fields := object{}
	if !c.body(&fields) {
		return
	}
	if sent, _ := fields["id"].(string); !strings.EqualFold(sent, id) {
		c.fail(http.StatusBadRequest, "The ids of the path and of the entity differ")
		return
	}
	old := c.get(name, id)
	if old == nil {
		c.failWith(errNotFound)
		return
	}
	if why, refused := c.protected(name, old, "update"); refused {
		c.fail(http.StatusForbidden, why)
		return
	}
	c.Store.mu.Lock()
	updated, err := c.Store.update(name, id, fields, c.login, c.options)
	c.Store.mu.Unlock()
	if err != nil {
		c.failWith(err)
		return
	}
	c.answer(http.StatusOK, updated)
}

// protected reports whether the caller cannot change an entity.
func (c *call) protected(name string, e *entity, action string) (string, bool) {
	if name == "systemrule" && e.fields["type"] == "ReadOnly" {
		return "The rule is read-only", true
	}
	if !c.may(action, typeOf(name), e.fields) {
		return fmt.Sprintf("Forbidden: %s has no right to %s", c.login, action), true
	}
	return "", false
}

func (c *call) remove(name, id string) {
	old := c.get(name, id)
	if old == nil {
		c.failWith(errNotFound)
		return
	}
	if why, refused := c.protected(name, old, "delete"); refused {
		c.fail(http.StatusForbidden, why)
		return
	}
	if err := c.Store.Delete(name, id); err != nil {
		c.failWith(err)
		return
	}
	c.w.WriteHeader(http.StatusNoContent)
}
