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

// The limits of what a bundle may hold beside ReadLimit. The policy of a site
// with 20,000 rules stays far below all of them; what exceeds one is an attack,
// and costs no memory before it is refused.
const (
	// sourceLimit is the number of bytes of all files that are not JSON data:
	// Rego, YAML, the manifest. They are held in memory as they are.
	sourceLimit = 256 << 20
	filesLimit  = 100_000
	nameLimit   = 1024
	depthLimit  = 64
)

// ErrLimit is the error of a bundle that exceeds a limit.
var ErrLimit = errors.New("the bundle exceeds a limit")

// admission decides which files of an archive are read, before their content is.
// The size in a header counts, because a sparse file of a terabyte takes 300
// bytes of the archive.
type admission struct {
	left, source int64
	seen         map[string]bool
}

func newAdmission(limit int64) *admission {
	return &admission{left: limit, source: min(limit, sourceLimit), seen: map[string]bool{}}
}

// admit returns the cleaned name of a file, or why the archive is refused.
func (a *admission) admit(header *tar.Header) (string, error) {
	if len(header.Name) > nameLimit || strings.Count(header.Name, "/") > depthLimit {
		return "", fmt.Errorf("%w: the name %.40q… has more than %d bytes or %d directories", ErrLimit, header.Name, nameLimit, depthLimit)
	}
	name := strings.TrimPrefix(path.Clean("/"+header.Name), "/")
	if a.seen[name] {
		return "", fmt.Errorf("%s: the archive holds two files of this name", name)
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

// Bounded returns a reader of the same archive that fails with ErrLimit before it
// gives out what would unpack to more than limit bytes. It is for archives that
// are read by somebody else, such as OPA. The caller closes it.
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

// ceiling fails after a number of bytes.
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

// bounded hands what it reads to an inspector first, and waits until that has
// looked at all of it: it asks for more then, which is hungry, or has ended.
type bounded struct {
	r       io.Reader
	in      chan []byte
	hungry  chan struct{}
	asked   bool // the inspector waits for more
	ended   bool // it has ended
	done    chan struct{}
	refused error // by the inspector, once it is done
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
	return n, err // whoever reads the archive finds its other faults
}

// wait waits until the inspector asks for more, or has ended.
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

// inspected is the inspector's side.
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

// Permits reports why the bundle of a module may not hold a package of this
// path, or nil. A data bundle must not bring rules of the policy along.
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

// rooted gives modules the roots of their manifest, and checks that roots do not
// overlap, as OPA does.
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
			return fmt.Errorf("%s: the bundle holds two modules of this name", modules[i].Path)
		} else {
			seen[name] = true
		}
		modules[i].Roots = roots
	}
	m.Roots = roots
	return nil
}

// distinct returns the modules of another bundle under names that no module of b
// has: a policy and the masks beside it may both be called policy.rego.
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
