package bundles

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/bundle"

	"github.com/qlik2rego/qlik2rego/compiler"
)

// ReadLimit is the maximum number of bytes to which Open unpacks a bundle; sparse files count
// with the size that they claim. A site with ten million objects stays below it; a bundle that
// exceeds it is considered an attack.
const ReadLimit = 4 << 30

// Open reads a bundle, or a policy and its data in two bundles, from .tar.gz files, followed by
// any number of deltas (WriteDelta), which change the data in their order. It also reads
// bundles that OPA packed from the same files. If the policy or its data is missing, it returns
// ErrNoPolicy or ErrNoData.
func Open(ctx context.Context, paths ...string) (*Bundle, error) {
	var b Bundle
	d := newDecoder()
	for _, p := range paths {
		if err := b.open(ctx, d, p); err != nil {
			return nil, fmt.Errorf("bundle %s: %w", p, err)
		}
	}
	return &b, b.check()
}

// check sorts the modules and checks that there are some, and that required data is present.
func (b *Bundle) check() error {
	if len(b.Modules) == 0 {
		return ErrNoPolicy
	}
	for _, m := range b.Manifests {
		for _, root := range m.Metadata.Requires {
			if !b.Data.Has(strings.Split(root, "/")...) {
				return ErrNoData
			}
		}
	}
	slices.SortFunc(b.Modules, func(x, y Module) int { return strings.Compare(x.Path, y.Path) })
	return nil
}

func (b *Bundle) open(ctx context.Context, d *decoder, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return withoutPath(err)
	}
	defer func() { _ = f.Close() }() // read only
	zip, err := gzip.NewReader(cancellable{ctx, f})
	if err != nil {
		return fmt.Errorf("no .tar.gz: %w", unexpectedEOF(err))
	}
	ahead := readAhead(zip, ReadLimit)
	defer func() { _ = ahead.Close() }() // never fails
	return b.read(d, ahead, ReadLimit)
}

func (b *Bundle) read(d *decoder, r io.Reader, limit int64) error {
	c := content{data: Document{shapes: d.shapes}}
	archive, files := tar.NewReader(r), newAdmission(limit)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("no .tar.gz: %w", err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		name, err := files.admit(header)
		if err != nil {
			return err
		}
		if err := c.read(d, name, archive); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if _, err := io.Copy(io.Discard, r); err != nil { // read up to the checksum
		return fmt.Errorf("no .tar.gz: %w", err)
	}
	return b.take(c)
}

// content is the content of an archive.
type content struct {
	manifest *Manifest
	modules  []Module
	patch    *bundle.Patch
	data     Document
}

// read reads a file as OPA's own reader does, or rejects it: ignoring a file that OPA reads
// could turn a denial into a grant.
func (c *content) read(d *decoder, name string, r io.Reader) (err error) {
	switch {
	case name == ManifestPath:
		c.manifest = &Manifest{}
		return json.NewDecoder(r).Decode(c.manifest)
	case strings.HasSuffix(name, ManifestPath), strings.HasSuffix(name, ManifestPath+".pb"):
		return errors.New("the manifest must be the file .manifest, in JSON, at the top of the archive")
	case path.Base(name) == "data.json":
		v, err := d.decode(r)
		if err != nil {
			return err
		}
		return c.data.put(v, dataPath(name))
	case bundle.IsYAMLDataFile(name):
		return c.readYAML(d, name, r)
	case path.Base(name) == patchName:
		c.patch, err = readPatch(r)
		return err
	case path.Ext(name) == ".rego":
		source, err := io.ReadAll(r)
		c.modules = append(c.modules, Module{Path: name, Source: source})
		return err
	case path.Base(name) == bundle.WasmFile, path.Base(name) == bundle.PlanFile, path.Base(name) == bundle.PlanProtoFile:
		return errCompiled
	case bundle.IsSignaturesFile(name):
		return errors.New("it is signed, but there is no key to verify it: serve has --verification-key")
	}
	return nil
}

func (c *content) readYAML(d *decoder, name string, r io.Reader) error {
	written, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	text, err := jsonOf(name, written)
	if err != nil {
		return err
	}
	v, err := d.decode(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return c.data.put(v, dataPath(name))
}

// take adds the content of an archive.
func (b *Bundle) take(c content) error {
	if c.manifest == nil {
		return errors.New("there is no .manifest in it: no bundle of qlik2rego")
	}
	if c.patch != nil {
		if len(c.modules) > 0 || c.data.root != nil {
			return errors.New("it has changes of data and other files: a delta bundle has only changes")
		}
		return b.apply(Delta{*c.manifest, c.patch.Data})
	}
	if err := c.manifest.rooted(c.modules); err != nil {
		return err
	}
	if err := checkRoots(c.manifest.Roots, c.data); err != nil {
		return err
	}
	return b.join(*c.manifest, c.modules, c.data)
}

// dataPath returns the path of a file's content in data: its directory.
func dataPath(name string) []string {
	dir := path.Dir(name)
	if dir == "." {
		return nil
	}
	return strings.Split(dir, "/")
}

// withoutPath removes the path from an error of the os package, because the caller adds it.
func withoutPath(err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}

// InMemory returns the bundle that Open would return after Build, without writing it.
func InMemory(ctx context.Context, policy *compiler.Policy, data DataSource) (*Bundle, error) {
	c := collect(policy, PolicyOnly)
	d := newDecoder()
	b := &Bundle{Data: Document{shapes: d.shapes}}
	for _, f := range c.files {
		if path.Base(f.path) != "data.json" {
			b.Modules = append(b.Modules, Module{Path: f.path, Source: f.content})
			continue
		}
		v, err := d.decode(bytes.NewReader(f.content))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.path, err)
		}
		if err := b.Data.put(v, dataPath(f.path)); err != nil {
			return nil, err
		}
	}
	if data != nil {
		site, err := b.stream(ctx, d, data)
		if err != nil {
			return nil, err
		}
		c.add(site)
		c.roots = append(c.roots, DataRoot)
	}
	b.Manifests = []Manifest{c.manifest()}
	return b, b.check()
}

// stream decodes site data while it is generated. The source runs on the caller's goroutine,
// where the caller can recover from its panics.
func (b *Bundle) stream(ctx context.Context, d *decoder, data DataSource) (file, error) {
	r, w := io.Pipe()
	var v any
	decoded := make(chan error, 1)
	go func() {
		var err error
		v, err = d.decode(r)
		r.CloseWithError(err)
		decoded <- err
	}()
	h := newHashing(w)
	err := data(ctx, h)
	if err == nil {
		err = h.Flush()
	}
	w.CloseWithError(err)
	switch unread := <-decoded; {
	case err != nil && errors.Is(unread, err):
		// The decoder only sees that the source stopped; the source has the cause.
		return file{}, fmt.Errorf("site data: %w", err)
	case unread != nil:
		return file{}, fmt.Errorf("site data: %w", unread)
	}
	return file{path: DataRoot + "/data.json", size: h.size, digest: h.digest()}, b.Data.put(v, []string{DataRoot})
}
