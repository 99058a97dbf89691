package bundles

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// diff writes the operations of a patch that transform one JSON document into another. Both are
// streams: for a site with a million objects only the current one is in memory. Members of
// objects must be sorted, as Build writes them.
type diff struct {
	old, new *jsontext.Decoder
	out      *jsontext.Encoder
	n        int
}

// diffDepth is the depth to which objects are compared member by member; a value below it is
// replaced as a whole: site/entities/<type>/<id>, site/subjects/<login>.
const diffDepth = 3

// writePatch writes a patch.json and returns the number of changes. OPA treats a delta without
// operations as a bundle without data, so if there are no changes it writes a change and its
// reversal.
func writePatch(w io.Writer, old, new io.Reader) (int, error) {
	// Duplicate names are detected because they are out of order.
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

// operation writes one operation; a nil value is left out.
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

// values compares the values at the current position, path, of both streams.
func (d *diff) values(path []string, depth int) error {
	if depth > 0 && d.old.PeekKind() == '{' && d.new.PeekKind() == '{' {
		return d.objects(path, depth)
	}
	old, err := d.old.ReadValue()
	if err != nil {
		return unexpectedEOF(err)
	}
	value, err := d.new.ReadValue()
	if err != nil {
		return unexpectedEOF(err)
	}
	if bytes.Equal(old, value) {
		return nil
	}
	return d.operation("upsert", path, value)
}

// objects compares two objects member by member, ordered by name.
func (d *diff) objects(path []string, depth int) error {
	for _, in := range []*jsontext.Decoder{d.old, d.new} {
		if _, err := in.ReadToken(); err != nil {
			return unexpectedEOF(err)
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

// names iterates over the members of an object.
type names struct {
	in    *jsontext.Decoder
	name  string
	began bool
	end   bool
}

func (n *names) next() error {
	token, err := n.in.ReadToken()
	if err != nil {
		return unexpectedEOF(err)
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

// compare orders the current names of the two; the end comes last.
func (n *names) compare(o names) int {
	switch {
	case n.end:
		return 1
	case o.end:
		return -1
	}
	return strings.Compare(n.name, o.name)
}
