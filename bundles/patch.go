package bundles

import (
	"errors"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/storage"
)

// Patch returns the document after all operations of a delta bundle, in order. It does not
// modify d, and the two share their unchanged parts: a change costs the same in a site of a
// thousand objects and of a million. Operations have OPA's semantics: "upsert" sets a value and
// creates the objects above it, "replace" requires an existing value, and so does "remove".
// Lists are values and change as a whole.
func (d *Document) Patch(operations []bundle.PatchOperation) (*Document, error) {
	root, _ := d.find(nil)
	changed := &Document{root: root, shapes: d.form()}
	e := &edit{}
	for i, o := range operations {
		path, err := patchPath(o.Path)
		if err == nil {
			changed.root, err = patched(e, changed.root, path, o.Op, changed.shapes.compact(o.Value))
		}
		if err != nil {
			return nil, fmt.Errorf("operation %d, %s %s: %w", i+1, o.Op, o.Path, err)
		}
	}
	return changed, nil
}

// patchPath parses a path as OPA does: the parts of a JSON pointer, escaped as in a URL.
func patchPath(text string) ([]string, error) {
	path, ok := storage.ParsePathEscaped("/" + strings.Trim(text, "/"))
	if !ok || len(path) == 0 {
		return nil, errors.New("no path into the data")
	}
	for i, part := range path {
		path[i] = pointerText.Replace(part)
	}
	return path, nil
}

// pointerText decodes a part of a JSON pointer; escapedPart encodes one for OPA.
var (
	pointerText = strings.NewReplacer("~1", "/", "~0", "~")
	escapedPart = strings.NewReplacer("~", "~0", "/", "~1", "%", "%25")
)

func patched(e *edit, node any, path []string, op string, value any) (any, error) {
	if !isObject(node) {
		return nil, errors.New("its parent is not an object")
	}
	old, there := member(node, path[0])
	if !there && op != "upsert" {
		return nil, errors.New("nothing is there")
	}
	if len(path) > 1 {
		if !there {
			old = &table{}
		}
		below, err := patched(e, old, path[1:], op, value)
		if err != nil {
			return nil, err
		}
		return with(e, node, path[0], below), nil
	}
	switch op {
	case "upsert", "replace":
		return with(e, node, path[0], value), nil
	case "remove":
		return without(e, node, path[0]), nil
	}
	return nil, errors.New(`it is neither "upsert" nor "replace" nor "remove"`)
}
