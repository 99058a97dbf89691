package page_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/audit/page"
	"github.com/qlik2rego/qlik2rego/internal/audit/report"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	_ "github.com/qlik2rego/qlik2rego/internal/test/memory" // more memory makes the tests faster
	"github.com/qlik2rego/qlik2rego/internal/test/testsite"
)

// scenario compiles a scenario of testdata/scenarios.
func scenario(t *testing.T, name string) *bundles.Bundle {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "testdata", "scenarios", name)
	return bundleOf(t, filepath.Join(dir, "rules.json"), filepath.Join(dir, "site"))
}

// bundleOf compiles an export and a snapshot into a bundle with names.
func bundleOf(t *testing.T, export, folder string) *bundles.Bundle {
	t.Helper()
	rules, found := ruleset.Read(export)
	if found.HasErrors() {
		t.Fatal(found)
	}
	policy, list := compiler.Compile(rules, compiler.Options{})
	if policy == nil {
		t.Fatal(list)
	}
	for _, typ := range []string{"user", "stream", "app", "app.object"} {
		policy.View.Of(typ).Scalars["name"] |= schema.Exact
	}
	site, found := snapshot.Open(folder, nil)
	if found.HasErrors() {
		t.Fatal(found)
	}
	b, err := bundles.InMemory(t.Context(), policy, func(ctx context.Context, w io.Writer) error {
		_, err := site.Project(ctx, policy.View, w, snapshot.NoProgress{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// audits decides all entities on record, for each context.
func audits(t *testing.T, b *bundles.Bundle, contexts ...string) []*report.Audit {
	t.Helper()
	var all []*report.Audit
	names := report.Names{
		Type:     func(key string) string { return key },
		Resource: partition.NewReader(&b.Data).Name,
		Rule:     func(id string) string { return id },
	}
	for _, id := range b.Data.Keys("qlik", "rules") {
		name, _ := b.Data.Lookup("qlik", "rules", id, "name")
		text, _ := name.(string)
		names.Rules = append(names.Rules, report.RuleInfo{ID: id, Name: text, Grants: true})
	}
	for _, from := range contexts {
		q := partition.Question{Types: b.Data.Keys("site", "entities"), Actions: testsite.EveryAction(), Session: partition.Session{Context: from}}
		m, err := matrix.Compute(t.Context(), b, q, snapshot.NoProgress{})
		if err != nil {
			t.Fatal(err)
		}
		one := &report.Audit{Context: from, Names: names, Grouped: m.Group(matrix.Selection{
			Subject:  func(int32) bool { return true },
			Resource: func(*matrix.Type, int32) bool { return true },
		})}
		one.Creation, err = report.FindCreation(t.Context(), one.Grouped, partition.NewReader(&b.Data), func(typ, relation string) string {
			target, _ := b.Data.Lookup("qlik", "view", typ, "relations", relation, "type")
			key, _ := target.(string)
			return key
		})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// written returns the page of a document, and its elements by name.
func written(t *testing.T, doc *page.Document) (text string, elements map[string][]*html.Node) {
	t.Helper()
	var out bytes.Buffer
	if err := page.Write(&out, doc); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	elements = map[string][]*html.Node{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			elements[n.Data] = append(elements[n.Data], n)
		}
	}
	return out.String(), elements
}

func textOf(n *html.Node) string {
	var text strings.Builder
	for c := range n.ChildNodes() {
		text.WriteString(c.Data)
	}
	return text.String()
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// save writes the page of a document to a file.
func save(t *testing.T, doc *page.Document) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "report.html")
	text, _ := written(t, doc)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
