package bundles

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/util"
)

var errCompiled = errors.New("it has compiled policy (wasm or plan), but only Rego is supported: build it with the target rego")

// FromOPA converts a bundle that OPA's reader has read and verified, and returns a hexadecimal
// digest of its content. The reader should be in lazy mode, in which it leaves data as bytes:
// they become a Document here, so that OPA's larger representation is never built.
func FromOPA(from *bundle.Bundle) (*Bundle, string, error) {
	if len(from.WasmModules)+len(from.PlanModules) > 0 {
		return nil, "", errCompiled
	}
	manifest, written, err := manifestOf(from)
	if err != nil {
		return nil, "", err
	}
	sum := sha256.New()
	note := func(name string, content []byte) {
		for _, part := range [][]byte{[]byte(name), content} {
			_ = binary.Write(sum, binary.BigEndian, uint64(len(part))) // a hash never fails
			_, _ = sum.Write(part)
		}
	}
	note(ManifestPath, written)
	d := newDecoder()
	b := &Bundle{Manifests: []Manifest{manifest}, Data: Document{shapes: d.shapes}}
	for _, m := range from.Modules {
		note(m.Path, m.Raw)
		b.Modules = append(b.Modules, Module{Path: strings.TrimPrefix(m.Path, "/"), Source: m.Raw})
	}
	for _, raw := range from.Raw {
		name := strings.TrimPrefix(path.Clean("/"+raw.Path), "/")
		text, err := jsonOf(name, raw.Value)
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", name, err)
		}
		if text == nil {
			continue
		}
		note(name, raw.Value)
		if err := b.put(d, text, dataPath(name)); err != nil {
			return nil, "", fmt.Errorf("%s: %w", name, err)
		}
	}
	// A reader that is not in lazy mode leaves data here.
	if len(from.Data) > 0 {
		text, err := json.Marshal(from.Data)
		if err != nil {
			return nil, "", err
		}
		note("data.json", text)
		if err := b.put(d, text, nil); err != nil {
			return nil, "", err
		}
	}
	if err := b.Manifests[0].rooted(b.Modules); err != nil {
		return nil, "", err
	}
	if err := checkRoots(b.Manifests[0].Roots, b.Data); err != nil {
		return nil, "", err
	}
	slices.SortFunc(b.Modules, func(x, y Module) int { return strings.Compare(x.Path, y.Path) })
	return b, hex.EncodeToString(sum.Sum(nil)), nil
}

func (b *Bundle) put(d *decoder, text []byte, at []string) error {
	v, err := d.decode(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return b.Data.put(v, at)
}

// jsonOf returns the JSON of a data file, nil for any other file.
func jsonOf(name string, content []byte) ([]byte, error) {
	switch {
	case path.Base(name) == "data.json":
		return content, nil
	case bundle.IsYAMLDataFile(name):
		var v any
		if err := util.Unmarshal(content, &v); err != nil {
			return nil, err
		}
		return json.Marshal(v)
	}
	return nil, nil
}

// manifestOf returns the manifest of a bundle in the form of this package, and as JSON.
func manifestOf(from *bundle.Bundle) (m Manifest, written []byte, err error) {
	if written, err = json.Marshal(from.Manifest); err != nil {
		return m, nil, err
	}
	if err := json.Unmarshal(written, &m); err != nil {
		return m, nil, fmt.Errorf("%s: %w", ManifestPath, err)
	}
	if from.Manifest.Roots == nil {
		m.Roots = []string{""} // OPA's default
	}
	return m, written, nil
}

// Patched returns the bundle after a delta bundle that OPA has read, and a digest of both. It
// does not modify b.
func (b *Bundle) Patched(digest string, from *bundle.Bundle) (*Bundle, string, error) {
	manifest, written, err := manifestOf(from)
	if err != nil {
		return nil, "", err
	}
	if manifest.Metadata.View == "" { // a delta from another tool has no view
		base := manifest.Metadata.Base
		manifest.Metadata = b.Manifests[0].Metadata
		manifest.Metadata.Base = base
	}
	manifests, data, err := Delta{manifest, from.Patch.Data}.Apply(b.Manifests, &b.Data)
	if err != nil {
		return nil, "", err
	}
	operations, err := json.Marshal(from.Patch.Data)
	if err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256(slices.Concat([]byte(digest), written, operations))
	return &Bundle{Manifests: manifests, Modules: b.Modules, Data: *data}, hex.EncodeToString(sum[:]), nil
}
