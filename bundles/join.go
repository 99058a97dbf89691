package bundles

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/bundle"
)

// ErrMismatch is the error for a policy and data that were compiled for different rules. Each
// of them may be valid with its counterpart.
var ErrMismatch = errors.New("policy and data were made for different rules: compile them together")

// ErrNoPolicy is the error for bundles that contain data only.
var ErrNoPolicy = errors.New("the bundle has only data: give the policy bundle as well")

// ErrNoData is the error for a policy whose data is in another bundle that is missing. Deciding
// without it would let requests describe entities that are in the data.
var ErrNoData = errors.New("the bundle has only the policy: give its data bundle as well, with a second -b or in the configuration")

// Join returns a bundle with the content of several, such as a policy and its data, which are
// not modified; they share their content with the result. Roots must not overlap.
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

// fits returns an error if a bundle with this manifest cannot be added: roots that overlap, or
// data that was projected for other rules.
func (b *Bundle) fits(manifest Manifest) error {
	for _, other := range b.Manifests {
		for _, root := range other.Roots {
			for _, mine := range manifest.Roots {
				if bundle.RootPathsOverlap(root, mine) {
					return fmt.Errorf("the bundles overlap: both have %q", mine)
				}
			}
		}
		if other.Metadata.View != manifest.Metadata.View && other.concernsSite() && manifest.concernsSite() {
			return ErrMismatch
		}
	}
	return nil
}

// concernsSite reports whether a bundle must agree with others on what rules read of a site. An
// additional bundle, such as one of masks, need not.
func (m Manifest) concernsSite() bool {
	return m.Metadata.View != "" || slices.ContainsFunc(m.Roots, func(root string) bool {
		return bundle.RootPathsOverlap(root, PolicyRoot) || bundle.RootPathsOverlap(root, DataRoot)
	})
}

// checkRoots rejects data outside the roots: a data bundle must not contain tables of the
// policy.
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
