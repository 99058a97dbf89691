package bundles

// Bundle is a policy, the data of a site, or both, ready to be evaluated.
type Bundle struct {
	// Manifests are those of the one or two bundles that were read.
	Manifests []Manifest
	// Modules are the Rego modules, ordered by path.
	Modules []Module
	Data    Document
}

// Module is a Rego module: its path inside the bundle and its source.
type Module struct {
	Path   string
	Source []byte
	// Roots are those of the bundle that contains the module: its package must be below one of
	// them (Permits). Nil allows every package.
	Roots []string
}

// join adds another bundle, such as the data bundle of a policy. Roots must not overlap, and
// data must have been projected for the rules that it is used with.
func (b *Bundle) join(manifest Manifest, modules []Module, data Document) error {
	if err := b.fits(manifest); err != nil {
		return err
	}
	b.Manifests = append(b.Manifests, manifest)
	b.Modules = append(b.Modules, b.distinct(modules)...)
	if data.root == nil {
		return nil
	}
	b.Data.shapes = data.shapes
	return b.Data.put(data.root, nil)
}
