package bundles

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// diff writes the operations of a patch that make one JSON document of another.
// Both are streams: of a site with a million objects only the one at hand is in
// memory. Members of objects must be in order, as Build writes them.
type diff struct {
	old, new *jsontext.Decoder
	out      *jsontext.Encoder
	n        int
}

// diffDepth is how far down objects are compared member by member; below that, a
// value changes as a whole: site/entities/<type>/<id>, site/subjects/<login>.
const diffDepth = 3

// writePatch writes a patch.json and returns the number of changes. OPA takes a
// delta without operations for a bundle without data, so that one without
// changes makes a change and undoes it.
func writePatch(w io.Writer, old, new io.Reader) (int, error) {
	// Names that are there twice are out of order.
	options := jsontext.AllowDuplicateNames(true)
	d := &diff{old: jsontext.NewDecoder(old, options), new: jsontext.NewDecoder(new, options), out: jsontext.NewEncoder(w)}
	if err := d.tokens(jsontext.BeginObject, jsontext.String("data"), jsontext.BeginArray); err != nil {
		return 0, err
	}
	if err := d.values([]string{DataRoot}, diffDepth); err != nil {
		return 0, err
	}
	n := d.n
	if n == 0 {
		same := []string{DataRoot, "same"}
		if err := errors.Join(d.operation("upsert", same, jsontext.Value("true")), d.operation("remove", same, nil)); err != nil {
			return 0, err
		}
	}
	return n, d.tokens(jsontext.EndArray, jsontext.EndObject)
}

func (d *diff) tokens(tokens ...jsontext.Token) error {
	for _, t := range tokens {
		if err := d.out.WriteToken(t); err != nil {
			return err
		}
	}
	return nil
}

// operation writes one operation; a nil value is none.
func (d *diff) operation(op string, path []string, value jsontext.Value) error {
	d.n++
	escaped := make([]string, len(path))
	for i, part := range path {
		escaped[i] = "/" + escapedPart.Replace(part)
	}
	err := d.tokens(jsontext.BeginObject, jsontext.String("op"), jsontext.String(op), jsontext.String("path"), jsontext.String(strings.Join(escaped, "")))
	if value != nil {
		err = errors.Join(err, d.tokens(jsontext.String("value")), d.out.WriteValue(value))
	}
	return errors.Join(err, d.tokens(jsontext.EndObject))
}

// values compares the values that both streams are at. The path is theirs.
func (d *diff) values(path []string, depth int) error {
	if depth > 0 && d.old.PeekKind() == '{' && d.new.PeekKind() == '{' {
		return d.objects(path, depth)
	}
	old, err := d.old.ReadValue()
	if err != nil {
		return whole(err)
	}
	value, err := d.new.ReadValue()
	if err != nil {
		return whole(err)
	}
	if bytes.Equal(old, value) {
		return nil
	}
	return d.operation("upsert", path, value)
}

// objects walks through two objects at once, by name.
func (d *diff) objects(path []string, depth int) error {
	for _, in := range []*jsontext.Decoder{d.old, d.new} {
		if _, err := in.ReadToken(); err != nil {
			return whole(err)
		}
	}
	var err error
	old, new := names{in: d.old}, names{in: d.new}
	for err = errors.Join(old.next(), new.next()); err == nil && !(old.end && new.end); {
		switch order := old.compare(new); {
		case order < 0:
			err = errors.Join(d.operation("remove", append(path, old.name), nil), d.old.SkipValue(), old.next())
		case order > 0:
			var value jsontext.Value
			if value, err = d.new.ReadValue(); err == nil {
				err = errors.Join(d.operation("upsert", append(path, new.name), value), new.next())
			}
		default:
			if err = d.values(append(path, new.name), depth-1); err == nil {
				err = errors.Join(old.next(), new.next())
			}
		}
	}
	return err
}

// names are those of the members of an object, one by one.
type names struct {
	in    *jsontext.Decoder
	name  string
	began bool
	end   bool
}

func (n *names) next() error {
	token, err := n.in.ReadToken()
	if err != nil {
		return whole(err)
	}
	if token.Kind() == '}' {
		n.end = true
		return nil
	}
	name := token.String()
	if n.began && name <= n.name {
		return fmt.Errorf("the name %q comes after %q: it was not written by qlik2rego", name, n.name)
	}
	n.name, n.began = name, true
	return nil
}

// compare orders what the two are at; the end comes last.
func (n *names) compare(o names) int {
	switch {
	case n.end:
		return 1
	case o.end:
		return -1
	}
	return strings.Compare(n.name, o.name)
}
