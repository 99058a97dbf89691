package bundles

import (
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/bundle"
)

// Bundle is a policy, the data of a site, or both, ready to be evaluated.
type Bundle struct {
	// Manifests are those of the bundles that were read, one or two.
	Manifests []Manifest
	// Modules are the Rego modules, ordered by path.
	Modules []Module
	Data    Document
}

// Module is a Rego module: its path inside the bundle and its source.
type Module struct {
	Path   string
	Source []byte
}

// join adds another bundle, such as the data bundle of a policy. Roots must not
// overlap, and data must have been projected for the rules it is judged by.
func (b *Bundle) join(manifest Manifest, modules []Module, data Document) error {
	for _, other := range b.Manifests {
		for _, root := range other.Roots {
			for _, mine := range manifest.Roots {
				if bundle.RootPathsOverlap(root, mine) {
					return fmt.Errorf("the bundles overlap: both hold %q", mine)
				}
			}
		}
		if other.Metadata.View != manifest.Metadata.View {
			return errors.New("policy and data were made for different rules: compile them together")
		}
	}
	b.Manifests = append(b.Manifests, manifest)
	b.Modules = append(b.Modules, modules...)
	if data.root == nil {
		return nil
	}
	b.Data.shapes = data.shapes
	return b.Data.put(data.root, nil)
}
