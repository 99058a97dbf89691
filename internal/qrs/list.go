package qrs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// About is the description of a site by itself.
type About struct {
	BuildVersion string `json:"buildVersion"`
	BuildDate    string `json:"buildDate"`
}

// About returns the build of the site.
func (c *Client) About(ctx context.Context) (*About, error) {
	var about About
	err := c.call(ctx, request{method: http.MethodGet, path: "/about"}, &about)
	return &about, err
}

// Count returns the number of entities of a collection, such as app/object, that match a filter; ""
// matches all.
func (c *Client) Count(ctx context.Context, path, filter string) (int, error) {
	var raw json.RawMessage
	if err := c.call(ctx, request{method: http.MethodGet, path: "/" + path + "/count", query: filterQuery(filter), long: true}, &raw); err != nil {
		return 0, err
	}
	// The documentation has a number; newer builds answer {"value": N}.
	var object struct{ Value *int }
	n, err := strconv.Atoi(string(bytes.TrimSpace(raw)))
	if err != nil && json.Unmarshal(raw, &object) == nil && object.Value != nil {
		return *object.Value, nil
	}
	if err != nil {
		return 0, fmt.Errorf("GET /qrs/%s/count: the answer %.60q is not a number", path, raw)
	}
	return n, nil
}

func filterQuery(filter string) url.Values {
	if filter == "" {
		return nil
	}
	return url.Values{"filter": {filter}}
}

// List calls f with every full entity of a collection that matches a filter, as it arrives. The bytes
// are valid until f returns. List does not retry if the answer breaks off: the error is then
// Transient.
func (c *Client) List(ctx context.Context, path, filter string, f func(entity []byte) error) error {
	return c.list(ctx, request{method: http.MethodGet, path: "/" + path + "/full", query: filterQuery(filter), long: true}, f)
}

// ListPrivileges is List with the user's rights on each entity in the field privileges.
func (c *Client) ListPrivileges(ctx context.Context, path, filter string, f func(entity []byte) error) error {
	query := url.Values{"privileges": {"true"}}
	if filter != "" {
		query.Set("filter", filter)
	}
	return c.list(ctx, request{method: http.MethodGet, path: "/" + path + "/full", query: query, long: true}, f)
}

func (c *Client) list(ctx context.Context, r request, f func(entity []byte) error) error {
	resp, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // read to the end, or broken anyway
	dec := jsontext.NewDecoder(resp.Body, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	token, err := dec.ReadToken()
	switch {
	case err != nil:
		return c.bodyError(r, err)
	case token.Kind() != '[':
		return fmt.Errorf("GET /qrs%s: the answer is not a list", r.path)
	}
	for dec.PeekKind() == '{' {
		value, err := dec.ReadValue()
		if err != nil {
			return c.bodyError(r, err)
		}
		if err := f(value); err != nil {
			return err
		}
	}
	if token, err = dec.ReadToken(); err != nil {
		return c.bodyError(r, err)
	}
	if token.Kind() != ']' {
		return fmt.Errorf("GET /qrs%s: the list contains something that is not an entity", r.path)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return c.bodyError(r, err)
	}
	return nil
}

// tablePage is the number of rows per page of a table.
const tablePage = 2000

// IDs calls f with the id of every entity of a collection. It reads the pages of a table, which no
// build truncates.
func (c *Client) IDs(ctx context.Context, path, typ string, f func(id string) error) error {
	type column struct {
		Name       string `json:"name"`
		ColumnType string `json:"columnType"`
		Definition string `json:"definition"`
	}
	body := struct {
		Entity  string   `json:"entity"`
		Columns []column `json:"columns"`
	}{typ, []column{{"id", "Property", "id"}}}
	for skip := 0; ; skip += tablePage {
		var answer struct {
			Rows [][]any `json:"rows"`
		}
		query := url.Values{"skip": {strconv.Itoa(skip)}, "take": {strconv.Itoa(tablePage)}, "sortColumn": {"id"}, "orderAscending": {"true"}}
		// This POST changes nothing.
		if err := c.call(ctx, request{method: http.MethodPost, path: "/" + path + "/table", query: query, body: body, long: true}, &answer); err != nil {
			return err
		}
		for _, row := range answer.Rows {
			id, ok := "", len(row) == 1
			if ok {
				id, ok = row[0].(string)
			}
			if !ok {
				return fmt.Errorf("POST /qrs/%s/table: the answer has a row without an id", path)
			}
			if err := f(id); err != nil {
				return err
			}
		}
		if len(answer.Rows) < tablePage {
			return nil
		}
	}
}

// Quote formats a string as a value in a filter.
func Quote(value string) string {
	var b bytes.Buffer
	b.WriteByte('\'')
	for _, r := range value {
		if r == '\'' || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('\'')
	return b.String()
}

// Fetch reads one full entity.
func (c *Client) Fetch(ctx context.Context, path, id string) (map[string]any, error) {
	if id == "" {
		return nil, errors.New("an entity has no id")
	}
	var entity map[string]any
	err := c.call(ctx, request{method: http.MethodGet, path: "/" + path + "/" + url.PathEscape(id)}, &entity)
	return entity, err
}

// Create creates an entity and returns it as stored by the site.
func (c *Client) Create(ctx context.Context, path string, entity map[string]any) (map[string]any, error) {
	var made map[string]any
	err := c.call(ctx, request{method: http.MethodPost, path: "/" + path, body: entity}, &made)
	return made, err
}

// MayCreate reports whether the user may create an entity. For builds without that call, IsNotFound
// is true of the error.
func (c *Client) MayCreate(ctx context.Context, path string, entity map[string]any) (bool, error) {
	var may bool
	// This POST changes nothing.
	err := c.call(ctx, request{method: http.MethodPost, path: "/" + path + "/previewcreateprivilege", body: entity}, &may)
	return may, err
}

// Update replaces an entity by a changed copy of what Fetch returned. It must have the modifiedDate
// of that copy.
func (c *Client) Update(ctx context.Context, path, id string, entity map[string]any) (map[string]any, error) {
	var updated map[string]any
	err := c.call(ctx, request{method: http.MethodPut, path: "/" + path + "/" + url.PathEscape(id), body: entity}, &updated)
	return updated, err
}

// Delete removes an entity.
func (c *Client) Delete(ctx context.Context, path, id string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/" + path + "/" + url.PathEscape(id)}, nil)
}

// ResetCache makes the site drop its cached rights.
func (c *Client) ResetCache(ctx context.Context) error {
	err := c.call(ctx, request{method: http.MethodDelete, path: "/cache"}, nil)
	if IsNotFound(err) {
		err = c.call(ctx, request{method: http.MethodPost, path: "/systemrule/security/resetcache"}, nil)
	}
	return err
}

// ChangedSince reports whether entities of any kind have changed since a time by the site's clock.
// For builds without that list, IsNotFound is true of the error.
func (c *Client) ChangedSince(ctx context.Context, since time.Time) (bool, error) {
	const overlap = 5 * time.Second
	query := url.Values{"since": {since.Add(-overlap).UTC().Format("2006-01-02T15:04:05.000Z")}}
	var changes []json.RawMessage
	err := c.call(ctx, request{method: http.MethodGet, path: "/notification/changes", query: query, long: true}, &changes)
	return len(changes) > 0, err
}

// Subscribe makes the site post changes of a type to a URL, and returns the handle of the
// subscription. A restart of the site ends the subscription.
func (c *Client) Subscribe(ctx context.Context, typ, callback string) (handle string, err error) {
	var answer struct {
		Value string `json:"value"`
	}
	err = c.call(ctx, request{method: http.MethodPost, path: "/notification", query: url.Values{"name": {typ}}, body: callback}, &answer)
	if err == nil && answer.Value == "" {
		err = errors.New("POST /qrs/notification: the answer has no handle")
	}
	return answer.Value, err
}

// Unsubscribe ends a subscription.
func (c *Client) Unsubscribe(ctx context.Context, handle string) error {
	return c.call(ctx, request{method: http.MethodDelete, path: "/notification", query: url.Values{"handle": {handle}}}, nil)
}

// Raw returns the JSON of the list of a collection. Close it.
func (c *Client) Raw(ctx context.Context, path string) (io.ReadCloser, error) {
	resp, err := c.do(ctx, request{method: http.MethodGet, path: "/" + path + "/full", long: true})
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}
