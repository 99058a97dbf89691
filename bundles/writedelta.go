package bundles

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

// Changes describes the delta that WriteDelta wrote.
type Changes struct {
	// Operations is the number of changes; 0 if the site data is the same.
	Operations int
	// Base and Revision are the revisions before and after the change.
	Base, Revision string
}

// WriteDelta writes OPA's delta bundle: the change from the site data of one bundle to that of
// another. Both bundles must be .tar.gz files that Build wrote for the same policy: a delta
// does not change rules.
func WriteDelta(ctx context.Context, w io.Writer, oldPath, newPath string) (Changes, error) {
	old, err := openSide(ctx, oldPath)
	if err != nil {
		return Changes{}, err
	}
	defer old.close()
	new, err := openSide(ctx, newPath)
	if err != nil {
		return Changes{}, err
	}
	defer new.close()

	// The rules come first in a bundle, so that a difference is found before the data is
	// compared, except in a bundle that another tool packed.
	if old.manifest != nil && new.manifest != nil {
		if err := old.sameRules(new); err != nil {
			return Changes{}, err
		}
	}
	var patch bytes.Buffer
	n, err := writePatch(&patch, old.site, new.site)
	if err != nil {
		return Changes{}, fmt.Errorf("the site data of %s and %s cannot be compared: %w", oldPath, newPath, err)
	}
	for _, s := range []*side{old, new} {
		if err := s.rest(); err != nil {
			return Changes{}, err
		}
	}
	if err := old.sameRules(new); err != nil {
		return Changes{}, err
	}
	c := Changes{Operations: n, Base: old.manifest.Revision, Revision: new.manifest.Revision}
	m := *new.manifest
	m.Metadata.Base = c.Base
	return c, writeArchive(ctx, w, []file{jsonFile(ManifestPath, m), newFile(patchName, patch.Bytes())})
}

// side is one of two bundles that are compared: everything except site data, and the site data
// as a stream.
type side struct {
	path     string
	manifest *Manifest
	files    map[string]string // digests by path
	site     io.Reader
	archive  *tar.Reader
	opened   []io.Closer
}

// openSide reads a bundle up to its site data.
func openSide(ctx context.Context, name string) (*side, error) {
	s := &side{path: name, files: map[string]string{}}
	if err := s.open(ctx); err != nil {
		s.close()
		return nil, fmt.Errorf("bundle %s: %w", name, err)
	}
	return s, nil
}

func (s *side) open(ctx context.Context) error {
	f, err := os.Open(s.path)
	if err != nil {
		return withoutPath(err)
	}
	s.opened = append(s.opened, f)
	zip, err := gzip.NewReader(cancellable{ctx, f})
	if err != nil {
		return fmt.Errorf("no .tar.gz: %w", unexpectedEOF(err))
	}
	ahead := readAhead(zip, ReadLimit)
	s.opened = append(s.opened, ahead)
	s.archive = tar.NewReader(ahead)
	if err := s.next(); err != nil {
		return err
	}
	switch {
	case s.site != nil:
		return nil
	case s.manifest != nil && len(s.manifest.Metadata.Requires) > 0:
		return errors.New("it has only the policy, but a delta changes data: give the data bundles")
	}
	return errors.New("it has no site data: give a bundle that was compiled with a snapshot")
}

// next reads files up to the site data, or to the end.
func (s *side) next() error {
	for {
		header, err := s.archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("no .tar.gz: %w", err)
		}
		name := strings.TrimPrefix(path.Clean("/"+header.Name), "/")
		switch {
		case header.Typeflag != tar.TypeReg:
		case name == DataRoot+"/data.json":
			s.site = s.archive
			return nil
		case name == ManifestPath:
			s.manifest = &Manifest{}
			if err := json.NewDecoder(s.archive).Decode(s.manifest); err != nil {
				return fmt.Errorf("%s: %w", name, unexpectedEOF(err))
			}
		case name == patchName:
			return errors.New("it is a delta: give whole bundles")
		default:
			sum := sha256.New()
			if _, err := io.Copy(sum, s.archive); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			s.files[name] = hex.EncodeToString(sum.Sum(nil))
		}
	}
}

// rest reads the files after the site data.
func (s *side) rest() error {
	err := s.next()
	if err == nil && s.manifest == nil {
		err = errors.New("there is no .manifest in it: no bundle of qlik2rego")
	}
	if err != nil {
		return fmt.Errorf("bundle %s: %w", s.path, err)
	}
	return nil
}

// sameRules checks that two bundles differ in their site data only.
func (s *side) sameRules(o *side) error {
	switch {
	case !sameRoots(s.manifest.Roots, o.manifest.Roots):
		return fmt.Errorf("%s is for the roots %q and %s for %q: a delta keeps the roots", s.path, s.manifest.Roots, o.path, o.manifest.Roots)
	case s.manifest.Metadata.View != o.manifest.Metadata.View, !maps.Equal(s.files, o.files):
		return fmt.Errorf("the rules of %s and %s differ, but a delta changes only data: publish the whole bundle", s.path, o.path)
	}
	return nil
}

func (s *side) close() {
	for _, c := range slices.Backward(s.opened) {
		_ = c.Close() // read only
	}
}
