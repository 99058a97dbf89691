package bundles

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/policies"
)

// DataSource writes the data of a site, one JSON object, in one pass.
type DataSource func(ctx context.Context, w io.Writer) error

// Part selects the content of a bundle.
type Part int

// The parts of a bundle. Everything is policy and data in one bundle.
const (
	Everything Part = iota
	PolicyOnly
	DataOnly
)

// BuildOptions are the options of Build.
type BuildOptions struct {
	Part Part
	// TempDir is the directory for site data until its size is known, preferably on the same
	// disk as the output. Empty means the system's.
	TempDir string
	// Assumptions are recorded in the manifest of the policy.
	Assumptions []Assumption
	// Warnings returns the warnings for the manifest of the data; it is called after the data
	// has been written. Nil means none.
	Warnings func() []string
}

// Build writes a bundle as a .tar.gz and returns its manifest. The same policy and data produce
// the same bytes. A nil data source means that there is no site, and leaves the root of the
// data to other bundles. PolicyOnly with a source, which is not read, writes the policy half of
// two bundles: it cannot decide without its data bundle. After an error, the content of w is
// incomplete and must be discarded.
func Build(ctx context.Context, w io.Writer, policy *compiler.Policy, data DataSource, opts BuildOptions) (_ Manifest, err error) {
	b := collect(policy, opts.Part)
	if opts.Part != DataOnly {
		b.meta.Assumptions = opts.Assumptions
	}
	switch {
	case data == nil:
	case opts.Part == PolicyOnly:
		b.meta.Requires = []string{DataRoot}
	default:
		spilled, err := spill(ctx, opts.TempDir, data)
		if err != nil {
			return Manifest{}, err
		}
		defer func() { err = errors.Join(err, spilled.remove()) }()
		b.add(spilled.file)
		b.roots = append(b.roots, DataRoot)
		if opts.Warnings != nil {
			b.meta.Warnings = opts.Warnings()
		}
	}
	m := b.manifest()
	return m, writeArchive(ctx, w, b.all(m))
}

// PolicyFiles returns the files of the policy bundle, ordered by path, for a directory that
// people and OPA read.
func PolicyFiles(policy *compiler.Policy) []File {
	var files []File
	c := collect(policy, PolicyOnly)
	for _, f := range c.all(c.manifest()) {
		files = append(files, File{Path: f.path, Content: f.content})
	}
	return files
}

// File is a file of a bundle, its path with forward slashes.
type File struct {
	Path    string
	Content []byte
}

// contents is a bundle under construction.
type contents struct {
	files []file
	roots []string
	meta  Metadata
}

func (c *contents) add(f file) { c.files = append(c.files, f) }

// manifest sorts the files and returns their manifest.
func (c *contents) manifest() Manifest {
	slices.SortFunc(c.files, func(a, b file) int { return cmp.Compare(a.path, b.path) })
	return manifest(c.files, c.roots, c.meta)
}

// all returns all files; the manifest comes first, because its name sorts first.
func (c *contents) all(m Manifest) []file {
	return append([]file{jsonFile(ManifestPath, m)}, c.files...)
}

func collect(policy *compiler.Policy, part Part) *contents {
	if part == DataOnly {
		return &contents{meta: dataMetadata(policy)}
	}
	c := &contents{meta: policyMetadata(policy), roots: []string{PolicyRoot}}
	for _, m := range policies.Modules(policy.Categories...) {
		c.add(newFile(m.Path, []byte(m.Source)))
	}
	for _, m := range policy.Modules {
		c.add(newFile(m.Path, []byte(m.Source)))
	}
	c.add(compactFile("qlik/reads/data.json", policy.Reads))
	c.add(jsonFile("qlik/rules/data.json", catalogue(policy)))
	c.add(compactFile("qlik/sources/data.json", policy.Sources))
	c.add(jsonFile(ViewPath, view(policy)))
	return c
}

// catalogue returns data.qlik.rules: the description of each rule for reports, by id.
func catalogue(policy *compiler.Policy) map[string]compiler.RuleInfo {
	rules := make(map[string]compiler.RuleInfo, len(policy.Catalogue))
	for _, r := range policy.Catalogue {
		rules[r.ID] = r
	}
	return rules
}

// spilled is a file of unknown size that is written to disk first.
type spilled struct {
	file
	temp *os.File
}

func (s spilled) remove() error {
	closed, removed := s.temp.Close(), os.Remove(s.temp.Name())
	if errors.Is(removed, fs.ErrNotExist) {
		removed = nil
	}
	return errors.Join(closed, removed)
}

func spill(ctx context.Context, dir string, data DataSource) (spilled, error) {
	temp, err := os.CreateTemp(dir, ".qlik2rego-site-*")
	if err != nil {
		return spilled{}, err
	}
	_ = os.Remove(temp.Name()) // removed while open where the system allows it, so that an interrupt leaves no file behind
	s := spilled{temp: temp}
	h := newHashing(temp)
	if err := data(ctx, h); err != nil {
		return spilled{}, errors.Join(fmt.Errorf("site data: %w", err), s.remove())
	}
	if err := h.Flush(); err != nil {
		return spilled{}, errors.Join(err, s.remove())
	}
	if _, err := temp.Seek(0, io.SeekStart); err != nil {
		return spilled{}, errors.Join(err, s.remove())
	}
	s.file = file{path: DataRoot + "/data.json", size: h.size, digest: h.digest(), stream: temp}
	return s, nil
}

// compactFile is a file that only programs read.
func compactFile(path string, v any) file {
	b, err := json.Marshal(v)
	if err != nil {
		panic("no JSON for " + path + ": " + err.Error())
	}
	return newFile(path, append(b, '\n'))
}

func jsonFile(path string, v any) file {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic("no JSON for " + path + ": " + err.Error())
	}
	return newFile(path, append(b, '\n'))
}
