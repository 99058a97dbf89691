package pull

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// spool collects the entities of one collection as they arrive, and finally writes them to a file,
// ordered by id, one per line.
type spool struct {
	path string
	file *os.File
	out  *bufio.Writer
	at   int64
	rows []row
	// sorted reports whether the entities have arrived in order so far.
	sorted bool
}

// row is the location of an entity in the file, with the key of its id.
type row struct {
	key    [16]byte
	offset int64
	length int32
	// arrived is the order of arrival: of two entities with the same id the later one is kept.
	arrived uint32
}

func newSpool(path string) (*spool, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	s := &spool{path: path, file: f, out: bufio.NewWriterSize(f, 1<<18), sorted: true}
	return s, nil
}

// add adds an entity.
func (s *spool) add(id string, entity []byte) error {
	entity = bytes.TrimSpace(entity)
	separator := ",\n"
	if len(s.rows) == 0 {
		separator = "[\n"
	}
	r := row{key: keyOf(id), offset: s.at + int64(len(separator)), length: int32(len(entity)), arrived: uint32(len(s.rows))} //nolint:gosec // neither is near the limit
	if n := len(s.rows); n > 0 && bytes.Compare(s.rows[n-1].key[:], r.key[:]) >= 0 {
		s.sorted = false
	}
	s.rows = append(s.rows, r)
	s.at = r.offset + int64(len(entity))
	_, err := s.out.WriteString(separator)
	if err == nil {
		_, err = s.out.Write(entity)
	}
	return err
}

// keyOf returns the bytes of a GUID, or a digest of any other id.
func keyOf(id string) (key [16]byte) {
	if len(id) == 36 {
		if n, err := hex.Decode(key[:], []byte(strings.ReplaceAll(id, "-", ""))); err == nil && n == 16 {
			return key
		}
	}
	sum := sha256.Sum256([]byte(strings.ToLower(id)))
	copy(key[:], sum[:])
	return key
}

// has returns a function that reports whether an id is in the spool.
func (s *spool) has() func(id string) bool {
	keys := make(map[[16]byte]bool, len(s.rows))
	for _, r := range s.rows {
		keys[r.key] = true
	}
	return func(id string) bool { return keys[keyOf(id)] }
}

// finish completes the file and returns the number of distinct ids, the size and the digest.
func (s *spool) finish() (count int, size int64, digest string, err error) {
	if len(s.rows) == 0 {
		_, err = s.out.WriteString("[]\n")
	} else {
		_, err = s.out.WriteString("\n]\n")
	}
	if err = errors.Join(err, s.out.Flush()); err != nil {
		return 0, 0, "", errors.Join(err, s.file.Close())
	}
	if !s.sorted {
		if err := s.sort(); err != nil {
			return 0, 0, "", errors.Join(err, s.file.Close())
		}
	}
	count = len(s.rows)
	s.rows = nil
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return 0, 0, "", errors.Join(err, s.file.Close())
	}
	h := sha256.New()
	size, err = io.Copy(h, s.file)
	return count, size, "sha256:" + hex.EncodeToString(h.Sum(nil)), errors.Join(err, s.file.Close())
}

// sort rewrites the entities in the order of their ids.
func (s *spool) sort() error {
	slices.SortFunc(s.rows, func(a, b row) int {
		return cmp.Or(bytes.Compare(a.key[:], b.key[:]), cmp.Compare(b.arrived, a.arrived))
	})
	s.rows = slices.CompactFunc(s.rows, func(a, b row) bool { return a.key == b.key })
	temp := s.path + ".sorted"
	f, err := os.Create(temp)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<18)
	var buffer []byte
	for i, r := range s.rows {
		buffer = slices.Grow(buffer[:0], int(r.length))[:r.length]
		if _, err := s.file.ReadAt(buffer, r.offset); err != nil {
			return errors.Join(err, f.Close())
		}
		separator := ",\n"
		if i == 0 {
			separator = "[\n"
		}
		_, _ = out.WriteString(separator) // Flush returns the error
		_, _ = out.Write(buffer)
	}
	_, _ = out.WriteString("\n]\n")
	if err := out.Flush(); err != nil {
		return errors.Join(err, f.Close())
	}
	old := s.file
	s.file = f
	return errors.Join(old.Close(), os.Rename(temp, s.path))
}

// drop removes the file.
func (s *spool) drop() {
	_ = s.file.Close() // it is removed next
	_ = os.Remove(s.path)
}

// idOf returns the id of an entity, which usually is its first field.
func idOf(entity []byte) (string, error) {
	const first = `{"id":"`
	if bytes.HasPrefix(entity, []byte(first)) {
		if end := bytes.IndexByte(entity[len(first):], '"'); end == 36 {
			return string(entity[len(first) : len(first)+end]), nil
		}
	}
	var e struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(entity, &e); err != nil {
		return "", err
	}
	if e.ID == "" {
		return "", fmt.Errorf("an entity has no id: %.80s", entity)
	}
	return e.ID, nil
}
