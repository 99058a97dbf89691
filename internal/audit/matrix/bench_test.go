package matrix_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/internal/audit/matrix"
	"github.com/qlik2rego/qlik2rego/internal/partition"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/test/testsite"
)

// large is a site of a large company. Users have some of many groups, a department and a title. Apps are in streams,
// and most are published. Rules open streams to groups, compare groups with a custom property of apps, and grant more
// to single departments.
type large struct {
	*rand.Rand
	users, apps, streams, groups int
}

type fields map[string]any

func (l large) id(kind string, n int) string { return fmt.Sprintf("%s-%06d", kind, n) }

func (l large) group() string      { return fmt.Sprintf("Group %d", l.IntN(l.groups)) }
func (l large) department() string { return fmt.Sprintf("Department %d", l.IntN(20)) }
func (l large) title() string      { return fmt.Sprintf("Title %d", l.IntN(8)) }

func (l large) site() map[string][]fields {
	attribute := func(kind, value string) fields { return fields{"attributeType": kind, "attributeValue": value} }
	files := map[string][]fields{}
	for i := range l.users {
		attributes := []fields{attribute("department", l.department()), attribute("title", l.title())}
		for range 1 + l.IntN(4) {
			attributes = append(attributes, attribute("group", l.group()))
		}
		roles := []string{}
		if i%500 == 0 {
			roles = []string{[]string{"RootAdmin", "ContentAdmin", "AuditAdmin"}[i/500%3]}
		}
		files["user"] = append(files["user"], fields{
			"id": l.id("user", i), "userDirectory": "ACME", "userId": fmt.Sprintf("u%d", i), "name": fmt.Sprintf("User %d", i),
			"roles": roles, "attributes": attributes,
		})
	}
	owner := func() fields { return fields{"id": l.id("user", l.IntN(l.users/5))} }
	for i := range l.streams {
		files["stream"] = append(files["stream"], fields{"id": l.id("stream", i), "name": fmt.Sprintf("Stream %d", i), "owner": fields{"id": l.id("user", l.IntN(10))}})
	}
	for i := range l.apps {
		app := fields{"id": l.id("app", i), "name": fmt.Sprintf("App %d", i), "owner": owner(), "published": false}
		if l.IntN(4) > 0 {
			app["published"], app["stream"] = true, fields{"id": l.id("stream", l.IntN(l.streams))}
		}
		var access []fields
		for range l.IntN(3) {
			access = append(access, fields{"value": l.group(), "definition": fields{"name": "GroupAccess"}})
		}
		access = append(access, fields{"value": l.department(), "definition": fields{"name": "Department"}})
		app["customProperties"] = access
		files["app"] = append(files["app"], app)
	}
	return files
}

// rules returns at least the given number of rules.
func (l large) rules(n int) []fields {
	var rules []fields
	add := func(name, filter string, actions uint32, condition string) {
		rules = append(rules, fields{
			"id": fmt.Sprintf("rule-%04d", len(rules)), "name": name, "category": "Security", "type": "Custom", "resourceFilter": filter,
			"actions": actions, "rule": condition, "ruleContext": 0, "disabled": false,
		})
	}
	add("Owner", "App_*,Stream_*", 14|64, `resource.IsOwned() and resource.owner = user`)
	add("Root admin", "*", 4294967295, `user.roles = "RootAdmin"`)
	add("Content admin", "App*,Stream*", 14|32|64, `user.roles = "ContentAdmin"`)
	add("Auditors look", "*", 2, `user.roles = "AuditAdmin"`)
	add("Stream", "App*", 2, `resource.resourcetype = "App" and resource.stream.HasPrivilege("read")`)
	add("Export what you read", "App_*", 256|512, `resource.HasPrivilege("read") and !user.IsAnonymous()`)
	add("Groups match", "App_*", 2, `resource.@GroupAccess = user.group and resource.published = "true"`)
	add("Department edits", "App_*", 4, `resource.@Department = user.department and user.title = "Title 1"`)
	add("Create", "App_*", 1, `user.title = "Title 1" or user.title = "Title 2"`)
	add("Publish", "App_*", 32, `user.title = "Title 2" and resource.HasPrivilege("update")`)
	for i := 0; len(rules) < n; i++ {
		switch i % 8 {
		case 0, 1, 2, 3:
			add(fmt.Sprintf("Stream for a group %d", i), "Stream_"+l.id("stream", i%l.streams), 2, fmt.Sprintf(`user.group = "%s"`, l.group()))
		case 4:
			add(fmt.Sprintf("Duplicate for a department %d", i), "App_*", 2048|16, fmt.Sprintf(`resource.HasPrivilege("read") and user.department = "%s" and user.title = "%s"`, l.department(), l.title()))
		case 5:
			add(fmt.Sprintf("One app %d", i), "App_"+l.id("app", l.IntN(l.apps)), 6, fmt.Sprintf(`user.name = "User %d"`, l.IntN(l.users)))
		case 6:
			add(fmt.Sprintf("Names %d", i), "App_*", 2, fmt.Sprintf(`resource.name like "App %d*" and user.department = "%s"`, l.IntN(900)+100, l.department()))
		case 7:
			add(fmt.Sprintf("Group and person %d", i), "App_*", 2|4096, fmt.Sprintf(`resource.@GroupAccess = user.group and user.department = "%s" and user.title = "%s"`, l.department(), l.title()))
		}
	}
	return rules
}

// write writes the site and the given number of rules to a folder.
func (l large) write(tb testing.TB, dir string, rules int) {
	tb.Helper()
	files := l.site()
	if err := os.MkdirAll(filepath.Join(dir, "site"), 0o755); err != nil {
		tb.Fatal(err)
	}
	save := func(name string, v any) {
		text, err := json.Marshal(v)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	for name, list := range files {
		save(filepath.Join("site", name+".json"), list)
	}
	save("rules.json", l.rules(rules))
}

func newLarge(users, apps int) large {
	return large{Rand: rand.New(rand.NewPCG(1, 2)), users: users, apps: apps, streams: 300, groups: 200}
}

// TestWriteLarge writes the site of BenchmarkMatrix to the folder in QLIK2REGO_LARGE, for use on the command line.
func TestWriteLarge(t *testing.T) {
	dir := os.Getenv("QLIK2REGO_LARGE")
	if dir == "" {
		t.Skip("QLIK2REGO_LARGE names no folder to write the site to")
	}
	newLarge(10_000, 100_000).write(t, dir, 74)
}

// BenchmarkMatrix decides every pair of users and apps of a site and all thirteen actions. The metrics are the numbers
// of cells, of classes on both sides, and of pairs that the policy decided.
func BenchmarkMatrix(b *testing.B) {
	for _, n := range []struct{ users, apps, rules int }{{1000, 10_000, 74}, {10_000, 100_000, 74}, {10_000, 100_000, 500}} {
		b.Run(fmt.Sprintf("users=%d/apps=%d/rules=%d", n.users, n.apps, n.rules), func(b *testing.B) {
			dir := b.TempDir()
			newLarge(n.users, n.apps).write(b, dir, n.rules)
			rules, found := ruleset.Read(filepath.Join(dir, "rules.json"))
			if found.HasErrors() {
				b.Fatal(found)
			}
			policy, more := compiler.Compile(rules, compiler.Options{})
			if policy == nil {
				b.Fatal(more)
			}
			site, found := snapshot.Open(filepath.Join(dir, "site"), nil)
			if found.HasErrors() {
				b.Fatal(found)
			}
			bundle, err := bundles.InMemory(b.Context(), policy, func(ctx context.Context, w io.Writer) error {
				_, err := site.Project(ctx, policy.View, w, snapshot.NoProgress{})
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			q := partition.Question{Types: []string{"app"}, Actions: testsite.EveryAction(), Session: partition.Session{Context: "hub"}}
			for b.Loop() {
				m, err := matrix.Compute(b.Context(), bundle, q, snapshot.NoProgress{})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64((n.users+1)*n.apps*13), "cells")
				b.ReportMetric(float64(len(m.Model.Subjects.Classes)), "subject-classes")
				b.ReportMetric(float64(len(m.Types[0].Classes)), "app-classes")
				b.ReportMetric(float64(m.Asked), "asked")
			}
		})
	}
}
