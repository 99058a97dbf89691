package engine_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/internal/engine"
)

// files are alternating names and contents; an archive may contain a name twice.
type files []string

func (f files) pack(t *testing.T) []byte {
	t.Helper()
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	archive := tar.NewWriter(zip)
	for i := 0; i < len(f); i += 2 {
		if err := archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: f[i], Size: int64(len(f[i+1])), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(archive, f[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

const (
	locked    = "package p\n\ndefault allow := true\n\nallow := false if data.p.locked\n"
	openDoor  = "package p\n\nallow := true\n"
	onlyP     = `{"revision":"r","roots":["p"]}`
	onlyD     = `{"revision":"r","roots":["d"]}`
	dataOfD   = `{"x":1}`
	denyAll   = "package p\n\nallow := false\n"
	withMasks = "package system.log\n\ndrop := true\n"
)

// hostile are bundles with forbidden or unusual content. Stricter is set for bundles that stock OPA
// accepts and we reject.
var hostile = []struct {
	name     string
	bundles  []files
	stricter string
}{
	{"sound", []files{{".manifest", onlyP, "a.rego", denyAll}}, ""},
	{"policy and data", []files{{".manifest", onlyP, "a.rego", denyAll}, {".manifest", onlyD, "d/data.json", dataOfD}}, ""},
	{"a data bundle brings the policy", []files{{".manifest", onlyP, "a.rego", denyAll}, {".manifest", onlyD, "d/data.json", dataOfD, "b.rego", openDoor}}, ""},
	{"under the same name", []files{{".manifest", onlyP, "a.rego", denyAll}, {".manifest", onlyD, "a.rego", openDoor}}, ""},
	{"a data bundle brings masks", []files{{".manifest", onlyP, "a.rego", denyAll}, {".manifest", onlyD, "b.rego", withMasks}}, ""},
	{"a package above the root", []files{{".manifest", `{"roots":["p/q"]}`, "a.rego", openDoor}}, ""},
	{"a package beside the root", []files{{".manifest", `{"roots":["p"]}`, "a.rego", "package pq\n\nallow := true\n", "b.rego", denyAll}}, ""},
	{"a slash in a package", []files{{".manifest", `{"roots":["p","a/b"]}`, "a.rego", "package data[\"a/b\"]\n\nx := 1\n", "b.rego", denyAll}}, ""},
	{"two modules of one name", []files{{".manifest", onlyP, "a.rego", denyAll, "a.rego", openDoor}}, "two files of this name"},
	{"two modules of one name, spelled differently", []files{{".manifest", onlyP, "a.rego", denyAll, "/x/../a.rego", openDoor}}, "two files of this name"},
	{"two bundles with a module of one name", []files{{".manifest", onlyP, "a.rego", denyAll}, {".manifest", onlyD, "a.rego", "package d\n\nx := 1\n"}}, ""},
	{"the lock in YAML", []files{{".manifest", onlyP, "a.rego", locked, "p/data.yaml", "locked: true\n"}}, ""},
	{"the lock in YML", []files{{".manifest", onlyP, "a.rego", locked, "p/data.yml", "locked: true\n"}}, ""},
	{"YAML outside the roots", []files{{".manifest", onlyP, "a.rego", locked, "d/data.yaml", "locked: true\n"}}, ""},
	{"broken YAML", []files{{".manifest", onlyP, "a.rego", locked, "p/data.yaml", "locked: [true\n"}}, ""},
	{"other YAML", []files{{".manifest", onlyP, "a.rego", locked, "p/other.yaml", "locked: true\n"}}, ""},
	{"data outside the roots", []files{{".manifest", onlyP, "a.rego", denyAll, "d/data.json", dataOfD}}, ""},
	{"roots that overlap", []files{{".manifest", `{"roots":["p","p/q"]}`, "a.rego", denyAll}}, ""},
	{"bundles that overlap", []files{{".manifest", onlyP, "a.rego", denyAll}, {".manifest", `{"roots":["p/q"]}`, "b.rego", "package p.q\n\nx := 1\n"}}, ""},
	{"no roots are all roots", []files{{".manifest", `{"revision":"r"}`, "a.rego", locked, "data.json", `{"p":{"locked":true}}`}}, ""},
	{"no roots beside others", []files{{".manifest", `{"revision":"r"}`, "a.rego", denyAll}, {".manifest", onlyD, "d/data.json", dataOfD}}, ""},
	{"roots in slashes", []files{{".manifest", `{"roots":["/p/"]}`, "a.rego", locked, "p/data.json", `{"locked":true}`}}, ""},
	{"two manifests", []files{{".manifest", onlyP, "x/.manifest", onlyD, "a.rego", denyAll}}, ""},
	{"a manifest below", []files{{"x/.manifest", onlyP, "a.rego", denyAll}}, "at the top of the archive"},
	{"a manifest by suffix", []files{{".manifest", onlyP, "x.manifest", onlyD, "a.rego", denyAll}}, ""},
	{"compiled policy beside it", []files{{".manifest", onlyP, "a.rego", denyAll, "policy.wasm", "x"}}, "only Rego is supported"},
	{"a plan beside it", []files{{".manifest", onlyP, "a.rego", denyAll, "plan.json", "{}"}}, "only Rego is supported"},
	{"data where a rule is", []files{{".manifest", onlyP, "a.rego", denyAll, "p/allow/data.json", "{}"}}, ""},
	{"a file that nobody reads", []files{{".manifest", onlyP, "a.rego", denyAll, "p/locked.json", "{", "README.md", "x"}}, ""},
	{"a test beside it", []files{{".manifest", onlyP, "a.rego", locked, "a_test.rego", "package p\n\nlocked := true\n"}}, ""},
}

// TestHostileBundlesAsStockOPA loads the same bundles into stock OPA: we reject what it rejects, and
// give the same answer for what it accepts.
func TestHostileBundlesAsStockOPA(t *testing.T) {
	if testing.Short() {
		t.Skip("many comparisons, one after the other")
	}
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			stock, stockErr := stockAnswer(t, h.bundles)
			ours, err := ourAnswer(t, h.bundles)
			switch {
			case h.stricter != "":
				if stockErr != nil || err == nil || !strings.Contains(err.Error(), h.stricter) {
					t.Errorf("ours: %v, want %q; stock OPA: %v", err, h.stricter, stockErr)
				}
			case (stockErr == nil) != (err == nil):
				t.Errorf("ours: %v; stock OPA: %v", err, stockErr)
			case ours != stock:
				t.Errorf("ours: %s; stock OPA: %s", ours, stock)
			}
		})
	}
}

// stockAnswer returns the value of data.p.allow as OPA's server returns it.
func stockAnswer(t *testing.T, all []files) (string, error) {
	t.Helper()
	ctx := t.Context()
	read := map[string]*bundle.Bundle{}
	for i, f := range all {
		b, err := bundle.NewReader(bytes.NewReader(f.pack(t))).WithBundleName(fmt.Sprint(i)).Read()
		if err != nil {
			return "", err
		}
		read[fmt.Sprint(i)] = &b
	}
	store, compiler := inmem.New(), ast.NewCompiler()
	err := storage.Txn(ctx, store, storage.WriteParams, func(txn storage.Transaction) error {
		compiler.WithPathConflictsCheck(storage.NonEmpty(ctx, store, txn))
		return bundle.Activate(&bundle.ActivateOpts{Ctx: ctx, Store: store, Txn: txn, TxnCtx: storage.NewContext(), Compiler: compiler, Metrics: metrics.NoOp(), Bundles: read})
	})
	if err != nil {
		return "", err
	}
	results, err := rego.New(rego.Query("[v | v := data.p.allow]"), rego.Compiler(compiler), rego.Store(store)).Eval(ctx)
	if err != nil || len(results) != 1 {
		return "", errors.Join(err, errors.New("no result"))
	}
	return fmt.Sprint(results[0].Expressions[0].Value), nil
}

func ourAnswer(t *testing.T, all []files) (string, error) {
	t.Helper()
	var names []string
	for i, f := range all {
		name := filepath.Join(t.TempDir(), fmt.Sprint(i))
		if err := os.WriteFile(name, f.pack(t), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return decideBy(t.Context(), names)
}

func decideBy(ctx context.Context, names []string) (string, error) {
	b, err := bundles.Open(ctx, names...)
	if err != nil {
		return "", err
	}
	policy, err := engine.Compile(b)
	if err != nil {
		return "", err
	}
	query, err := policy.Query(ctx, "[v | v := data.p.allow]")
	if err != nil {
		return "", err
	}
	value, err := query.Ask(ctx, ast.Null{})
	return fmt.Sprint(value), err
}
