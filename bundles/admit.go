package bundles

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
)

// The limits of a bundle in addition to ReadLimit. The policy of a site with 20,000 rules stays
// far below all of them; an archive that exceeds one is considered an attack and is rejected
// before it is read into memory.
const (
	// sourceLimit is the maximum size in bytes of all files that are not JSON data (Rego, YAML,
	// the manifest), which are kept in memory unchanged.
	sourceLimit = 256 << 20
	filesLimit  = 100_000
	nameLimit   = 1024
	depthLimit  = 64
)

// ErrLimit is the error for a bundle that exceeds a limit.
var ErrLimit = errors.New("the bundle exceeds a limit")

// admission decides which files of an archive are read, before their content is. The size in a
// header counts, because a sparse file of a terabyte takes only 300 bytes of the archive.
type admission struct {
	left, source int64
	seen         map[string]bool
}

func newAdmission(limit int64) *admission {
	return &admission{left: limit, source: min(limit, sourceLimit), seen: map[string]bool{}}
}

// admit returns the cleaned name of a file, or the reason why the archive is rejected.
func (a *admission) admit(header *tar.Header) (string, error) {
	if len(header.Name) > nameLimit || strings.Count(header.Name, "/") > depthLimit {
		return "", fmt.Errorf("%w: the name %.40q… has more than %d bytes or %d directories", ErrLimit, header.Name, nameLimit, depthLimit)
	}
	name := strings.TrimPrefix(path.Clean("/"+header.Name), "/")
	if a.seen[name] {
		return "", fmt.Errorf("%s: the archive has two files of this name", name)
	}
	if a.seen[name] = true; len(a.seen) > filesLimit {
		return "", fmt.Errorf("%w: there are more than %d files", ErrLimit, filesLimit)
	}
	if a.left -= header.Size; a.left < 0 {
		return "", fmt.Errorf("%w: it unpacks to more bytes than are allowed, at %s", ErrLimit, name)
	}
	if path.Base(name) != "data.json" && path.Base(name) != patchName {
		if a.source -= header.Size; a.source < 0 {
			return "", fmt.Errorf("%w: files that are not JSON have more than %d bytes, at %s", ErrLimit, min(a.source+header.Size, sourceLimit), name)
		}
	}
	return name, nil
}

// Bounded returns a reader of the same archive that fails with ErrLimit before it returns data
// that would unpack to more than limit bytes. It is for archives that other code reads, such as
// OPA. The caller must close it.
func Bounded(r io.Reader, limit int64) io.ReadCloser {
	b := &bounded{r: r, in: make(chan []byte), hungry: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(b.done)
		b.refused = inspect((*inspected)(b), limit)
	}()
	return b
}

func inspect(r io.Reader, limit int64) error {
	zip, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	archive, files := tar.NewReader(&ceiling{zip, limit}), newAdmission(limit)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		if _, err := files.admit(header); err != nil {
			return err
		}
	}
}

// ceiling is a writer that fails after a number of bytes.
type ceiling struct {
	io.Reader
	left int64
}

func (c *ceiling) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, fmt.Errorf("%w: it unpacks to more bytes than are allowed", ErrLimit)
	}
	return n, err
}

// bounded passes the data that it reads to an inspector first, and waits until the inspector
// has processed all of it: it then asks for more or has ended.
type bounded struct {
	r       io.Reader
	in      chan []byte
	hungry  chan struct{}
	asked   bool // the inspector is waiting for more data
	ended   bool // the inspector has ended
	done    chan struct{}
	refused error // the inspector's error, after it has ended
	rest    []byte
	closed  bool
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if n > 0 {
		if b.wait(); b.asked {
			b.in <- p[:n]
			b.asked = false
			b.wait()
		}
	}
	if b.ended && errors.Is(b.refused, ErrLimit) {
		return 0, b.refused
	}
	return n, err // the consumer detects all other errors of the archive
}

// wait waits until the inspector asks for more data or has ended.
func (b *bounded) wait() {
	if b.asked {
		return
	}
	select {
	case <-b.hungry:
		b.asked = true
	case <-b.done:
		b.ended = true
	}
}

// Close implements io.Closer. It never fails.
func (b *bounded) Close() error {
	if b.closed {
		return nil
	}
	b.closed = true
	if b.wait(); b.asked {
		close(b.in)
		<-b.done
	}
	return nil
}

// inspected is the reader that the inspector uses.
type inspected bounded

// Read implements io.Reader.
func (i *inspected) Read(p []byte) (int, error) {
	if len(i.rest) == 0 {
		i.hungry <- struct{}{}
		rest, ok := <-i.in
		if !ok {
			return 0, io.ErrUnexpectedEOF
		}
		i.rest = rest
	}
	n := copy(p, i.rest)
	i.rest = i.rest[n:]
	return n, nil
}

// Permits returns an error if the bundle of a module must not contain a package with this path.
// A data bundle must not contain rules of the policy.
func (m Module) Permits(pkg ast.Ref) error {
	if m.Roots == nil {
		return nil
	}
	segments := make([]string, 0, len(pkg))
	for _, t := range pkg[1:] {
		text, _ := t.Value.(ast.String)
		segments = append(segments, string(text))
	}
	for _, root := range m.Roots {
		if root == "" {
			return nil
		}
		if parts := strings.Split(root, "/"); len(parts) <= len(segments) && slices.Equal(parts, segments[:len(parts)]) {
			return nil
		}
	}
	return fmt.Errorf("%s: the package %s is outside the roots %q of the manifest", m.Path, pkg, m.Roots)
}

// rooted assigns the roots of their manifest to modules, and checks that roots do not overlap,
// as OPA does.
func (m *Manifest) rooted(modules []Module) error {
	if m.Roots == nil {
		m.Roots = []string{""} // OPA's default
	}
	roots := make([]string, len(m.Roots))
	for i, root := range m.Roots {
		roots[i] = strings.Trim(root, "/")
		for _, other := range roots[:i] {
			if bundle.RootPathsOverlap(other, roots[i]) {
				return fmt.Errorf("the roots %q and %q of the manifest overlap", other, roots[i])
			}
		}
	}
	seen := map[string]bool{}
	for i := range modules {
		if name := path.Clean("/" + modules[i].Path); seen[name] {
			return fmt.Errorf("%s: the bundle has two modules of this name", modules[i].Path)
		} else {
			seen[name] = true
		}
		modules[i].Roots = roots
	}
	m.Roots = roots
	return nil
}

// distinct returns the modules of another bundle with names that no module of b has: a policy
// and an additional bundle of masks may both have a policy.rego.
func (b *Bundle) distinct(modules []Module) []Module {
	taken := make(map[string]bool, len(b.Modules))
	for _, m := range b.Modules {
		taken[m.Path] = true
	}
	renamed := slices.Clone(modules)
	for i, m := range renamed {
		for n := 2; taken[renamed[i].Path]; n++ {
			renamed[i].Path = fmt.Sprintf("bundle %d/%s", n, m.Path)
		}
	}
	return renamed
}
