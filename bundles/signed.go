package bundles

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"

	"github.com/open-policy-agent/opa/v1/bundle"
)

// OpenSigned is OpenDigest for bundles that must be signed according to the configuration:
// OPA's own reader verifies every file. To check the digest of site data, that reader decodes
// it to values first, so that loading takes more memory than for a bundle without a signature.
// A bundle that unpacks to more than limit bytes returns ErrLimit.
func OpenSigned(ctx context.Context, verification *bundle.VerificationConfig, limit int64, paths ...string) (*Bundle, string, error) {
	parts := make([]*Bundle, len(paths))
	all := sha256.New()
	for i, name := range paths {
		part, digest, err := openSigned(ctx, verification, limit, name)
		if err != nil {
			return nil, "", fmt.Errorf("bundle %s: %w", name, err)
		}
		parts[i] = part
		_, _ = all.Write([]byte(digest)) // a hash never fails
	}
	b, err := Join(parts...)
	return b, hex.EncodeToString(all.Sum(nil)), err
}

func openSigned(ctx context.Context, verification *bundle.VerificationConfig, limit int64, name string) (*Bundle, string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, "", withoutPath(err)
	}
	defer func() { _ = f.Close() }() // read only
	within := Bounded(cancellable{ctx, f}, limit)
	defer func() { _ = within.Close() }() // never fails
	b, err := bundle.NewReader(within).
		WithBundleVerificationConfig(verification).
		WithLazyLoadingMode(true).
		WithSizeLimitBytes(limit).
		Read()
	if err != nil {
		return nil, "", err
	}
	return FromOPA(&b)
}
