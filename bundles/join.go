package bundles

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/bundle"
)

// ErrMismatch is the error of a policy and data that were made for different
// rules. Each may be sound, and waits for its counterpart.
var ErrMismatch = errors.New("policy and data were made for different rules: compile them together")

// ErrNoPolicy is the error of bundles that hold data alone.
var ErrNoPolicy = errors.New("the bundle holds data alone: give the policy bundle as well")

// ErrNoData is the error of a policy whose data stand in another bundle, which is
// not there. What is on record would not win over what requests describe.
var ErrNoData = errors.New("the bundle holds the policy alone: give its data bundle as well, with a second -b or in the configuration")

// Join returns a bundle of the content of several, such as a policy and its
// data, none of which is changed: they share what they hold. Roots must not
// overlap.
func Join(parts ...*Bundle) (*Bundle, error) {
	var b Bundle
	for _, p := range parts {
		for _, m := range p.Manifests {
			if err := b.fits(m); err != nil {
				return nil, err
			}
		}
		b.Manifests = append(b.Manifests, p.Manifests...)
		b.Modules = append(b.Modules, b.distinct(p.Modules)...)
		if p.Data.root == nil {
			continue
		}
		b.Data.shapes = p.Data.shapes
		if err := b.Data.put(p.Data.root, nil); err != nil {
			return nil, err
		}
	}
	return &b, b.check()
}

// fits reports why a bundle of this manifest cannot be added: roots that
// overlap, or data that was projected for other rules.
func (b *Bundle) fits(manifest Manifest) error {
	for _, other := range b.Manifests {
		for _, root := range other.Roots {
			for _, mine := range manifest.Roots {
				if bundle.RootPathsOverlap(root, mine) {
					return fmt.Errorf("the bundles overlap: both hold %q", mine)
				}
			}
		}
		if other.Metadata.View != manifest.Metadata.View && other.concernsSite() && manifest.concernsSite() {
			return ErrMismatch
		}
	}
	return nil
}

// concernsSite reports whether a bundle must agree with others on what rules
// read of a site. A bundle beside them, such as one of masks, need not.
func (m Manifest) concernsSite() bool {
	return m.Metadata.View != "" || slices.ContainsFunc(m.Roots, func(root string) bool {
		return bundle.RootPathsOverlap(root, PolicyRoot) || bundle.RootPathsOverlap(root, DataRoot)
	})
}

// checkRoots refuses data outside the roots: a data bundle must not bring
// tables of the policy along.
func checkRoots(roots []string, data Document) error { return within(roots, data.root, "") }

func within(roots []string, node any, at string) error {
	for name, value := range members(node) {
		here := strings.TrimPrefix(at+"/"+name, "/")
		switch {
		case bundle.RootPathsContain(roots, here):
		case isObject(value) && slices.ContainsFunc(roots, func(root string) bool { return strings.HasPrefix(strings.Trim(root, "/")+"/", here+"/") }):
			if err := within(roots, value, here); err != nil {
				return err
			}
		default:
			return fmt.Errorf("data.%s is outside the roots %q of the manifest", strings.ReplaceAll(here, "/", "."), roots)
		}
	}
	return nil
}
