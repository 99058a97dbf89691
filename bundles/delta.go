package bundles

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/open-policy-agent/opa/v1/bundle"
)

// Delta is OPA's delta bundle: a change of the data of another bundle. It does not change
// rules.
type Delta struct {
	// Manifest is that of the bundle after the change; Metadata.Base is the revision that the
	// bundle must have before.
	Manifest   Manifest
	Operations []bundle.PatchOperation
}

// Apply returns the manifests and data after the change as new values; users of the old ones
// are not affected. It fails if the delta is not for this bundle: the one manifest with the
// delta's roots must have the delta's base as its revision.
func (c Delta) Apply(manifests []Manifest, data *Document) ([]Manifest, *Document, error) {
	at := slices.IndexFunc(manifests, func(m Manifest) bool { return sameRoots(m.Roots, c.Manifest.Roots) })
	if at < 0 {
		return nil, nil, fmt.Errorf("it changes a bundle with the roots %q, but there is no such bundle", c.Manifest.Roots)
	}
	if base := c.Manifest.Metadata.Base; base != "" && base != manifests[at].Revision {
		return nil, nil, fmt.Errorf("it changes revision %.12s, and this is %.12s: make it from that one", base, manifests[at].Revision)
	}
	for i, o := range c.Operations {
		if path, err := patchPath(o.Path); err != nil || !rootsContain(c.Manifest.Roots, path) {
			return nil, nil, fmt.Errorf("operation %d, %s %s is outside the roots %q of the manifest", i+1, o.Op, o.Path, c.Manifest.Roots)
		}
	}
	changed, err := data.Patch(c.Operations)
	if err != nil {
		return nil, nil, err
	}
	manifests = slices.Clone(manifests)
	requires := manifests[at].Metadata.Requires // a change of data does not change what is required
	manifests[at] = c.Manifest
	manifests[at].Metadata.Base, manifests[at].Metadata.Requires = "", requires
	return manifests, changed, nil
}

// patchName is the name of the file of operations in a delta bundle.
const patchName = "patch.json"

func readPatch(r io.Reader) (*bundle.Patch, error) {
	in := json.NewDecoder(r)
	in.UseNumber()
	var p bundle.Patch
	if err := in.Decode(&p); err != nil {
		return nil, unexpectedEOF(err)
	}
	return &p, nil
}

// apply changes a bundle while it is being opened.
func (b *Bundle) apply(c Delta) error {
	if len(b.Manifests) == 0 {
		return errors.New("it is a delta: give the bundle that it changes before it")
	}
	manifests, data, err := c.Apply(b.Manifests, &b.Data)
	if err != nil {
		return err
	}
	b.Manifests, b.Data = manifests, *data
	return nil
}

func sameRoots(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(root string) bool { return !slices.Contains(b, root) })
}

func rootsContain(roots, path []string) bool {
	text := ""
	for i, part := range path {
		if i > 0 {
			text += "/"
		}
		text += escapedPart.Replace(part)
	}
	return bundle.RootPathsContain(roots, text)
}
