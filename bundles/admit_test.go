package bundles_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
)

// sparse returns the tar entry of a sparse file, as GNU tar writes it: it has a size, but no content.
func sparse(t *testing.T, name string, size int64) []byte {
	t.Helper()
	var records strings.Builder
	for _, r := range [][2]string{{"GNU.sparse.major", "1"}, {"GNU.sparse.minor", "0"}, {"GNU.sparse.name", name}, {"GNU.sparse.realsize", fmt.Sprint(size)}} {
		body := " " + r[0] + "=" + r[1] + "\n"
		n := len(body) + 1
		for len(fmt.Sprint(n))+len(body) != n {
			n++
		}
		records.WriteString(fmt.Sprint(n) + body)
	}
	var out bytes.Buffer
	raw := func(kind byte, name, content string) {
		var one bytes.Buffer
		w := tar.NewWriter(&one)
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: 0o644, Format: tar.FormatUSTAR}); err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(w, content)
		_ = w.Flush()
		b := one.Bytes()
		b[156] = kind
		sum := 0
		copy(b[148:156], "        ")
		for _, c := range b[:512] {
			sum += int(c)
		}
		copy(b[148:156], fmt.Sprintf("%06o\x00 ", sum))
		out.Write(b)
	}
	raw('x', "PaxHeaders/x", records.String())
	raw('0', "GNUSparseFile.0/"+name, fmt.Sprintf("%-512s", fmt.Sprintf("1\n%d\n0\n", size)))
	return out.Bytes()
}

func zipped(t *testing.T, entries ...[]byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	for _, e := range append(entries, make([]byte, 1024)) {
		_, _ = zip.Write(e)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestArchivesWithoutEnd checks that Open, and the reader for OPA, reject endless archives before their content is in
// memory.
func TestArchivesWithoutEnd(t *testing.T) {
	const limit = 1 << 20
	var many, long []string
	for i := range limit / 256 {
		many = append(many, fmt.Sprint(i), "")
	}
	long = []string{".manifest", "{}", strings.Repeat("d/", 100) + "data.json", "{}"}
	for name, archive := range map[string][]byte{
		"a sparse file of a terabyte": zipped(t, sparse(t, "hole.rego", 1<<40)),
		"many sparse files":           zipped(t, sparse(t, "a.rego", limit/2), sparse(t, "b.rego", limit/2), sparse(t, "c.rego", limit/2)),
		"blanks in Rego":              pack(t, "a.rego", strings.Repeat(" ", 2*limit)),
		"blanks in JSON":              pack(t, "data.json", strings.Repeat(" ", 2*limit)),
		"blanks in a file of no use":  pack(t, "x.txt", strings.Repeat(" ", 2*limit)),
		"a directory of many names":   pack(t, many...),
		"a path of many directories":  pack(t, long...),
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "b.tar.gz")
			if err := os.WriteFile(file, archive, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, _, err := bundles.OpenDigest(t.Context(), limit, file); !errors.Is(err, bundles.ErrLimit) {
				t.Errorf("Open accepts it: %v", err)
			}
			r := bundles.Bounded(bytes.NewReader(archive), limit)
			_, err := io.Copy(io.Discard, r)
			if !errors.Is(err, bundles.ErrLimit) {
				t.Errorf("the reader accepts it: %v", err)
			}
			_ = r.Close()
		})
	}
}

// TestBoundedChangesNothing checks that archives within the limit are passed on unchanged, valid or not.
func TestBoundedChangesNothing(t *testing.T) {
	sound := pack(t, ".manifest", "{}", "a.rego", strings.Repeat("# x\n", 10_000))
	for name, archive := range map[string][]byte{
		"sound": sound, "cut": sound[:len(sound)-20], "no archive": []byte("nothing of the kind"), "empty": {}, "more behind it": append(bytes.Clone(sound), "rubbish"...),
	} {
		r := bundles.Bounded(bytes.NewReader(archive), 1<<20)
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, archive) {
			t.Errorf("%s: %d bytes of %d, %v", name, len(got), len(archive), err)
		}
		_ = r.Close()
	}
}

// TestCloseEndsBounded checks that Close ends a read that nobody finishes.
func TestCloseEndsBounded(t *testing.T) {
	r := bundles.Bounded(bytes.NewReader(pack(t, "a.rego", "package a\n")), 1<<20)
	_, _ = r.Read(make([]byte, 10))
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
