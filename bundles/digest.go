package bundles

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// OpenDigest is Open, and also returns a hexadecimal digest of the bytes of all files: two
// bundles may claim the same revision, but a decision must be attributed to the bundle that
// made it. Each file is read once, so that the digest is that of the loaded content. A bundle
// that unpacks to more than limit bytes returns ErrLimit.
func OpenDigest(ctx context.Context, limit int64, paths ...string) (*Bundle, string, error) {
	var b Bundle
	d := newDecoder()
	all := sha256.New()
	for _, p := range paths {
		one := sha256.New()
		if err := b.openHashing(ctx, d, p, one, limit); err != nil {
			return nil, "", fmt.Errorf("bundle %s: %w", p, err)
		}
		_, _ = all.Write(one.Sum(nil)) // a hash never fails
	}
	return &b, hex.EncodeToString(all.Sum(nil)), b.check()
}

func (b *Bundle) openHashing(ctx context.Context, d *decoder, name string, sum io.Writer, limit int64) error {
	f, err := os.Open(name)
	if err != nil {
		return withoutPath(err)
	}
	defer func() { _ = f.Close() }() // read only
	raw := io.TeeReader(cancellable{ctx, f}, sum)
	zip, err := gzip.NewReader(raw)
	if err != nil {
		return fmt.Errorf("no .tar.gz: %w", unexpectedEOF(err))
	}
	ahead := readAhead(zip, limit)
	defer func() { _ = ahead.Close() }() // never fails
	if err := b.read(d, ahead, limit); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, raw)
	return err
}
