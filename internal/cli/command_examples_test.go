package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/qlik2rego/qlik2rego/internal/test/source"
)

// A page says in a comment before a fenced block how the block is tested:
//
//	<!-- run: testdata/cli/diff.txtar old.json=main/rules.json -->    run its commands with these files
//	<!-- write: policy.assert.yaml -->                                write the block to a file for the next run
//	<!-- file: comment.md -->                                         the last run has written this file
//	<!-- file: testdata/cli/planreview.txtar/plan.txt -->             a story compares this file
//	<!-- not run: the time differs -->                                the output cannot be compared
//
// The files of a run are a folder or a txtar archive; NAME=FILE renames one of them. In the output and in files, …
// replaces any text.
var annotatedBlock = regexp.MustCompile("(?m)^(?:<!-- (run|write|file|not run): (.*) -->\n)?(`{3,})([a-z]*)\n((?s:.*?))^`{3,}$")

// example is the block of a page with its annotation.
type example struct {
	verb, argument string
	language, text string
	line           int
}

func examplesOf(page string) (all []example) {
	for _, m := range annotatedBlock.FindAllStringSubmatchIndex(page, -1) {
		part := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return page[m[2*i]:m[2*i+1]]
		}
		all = append(all, example{verb: part(1), argument: part(2), language: part(4), text: part(5), line: 1 + strings.Count(page[:m[0]], "\n")})
	}
	return all
}

// step is a command with the output that the page shows.
type step struct {
	args   []string
	output string
}

// steps returns the commands of a block. Without the prompt $ it has only commands, and no output.
func (e example) steps() (all []step) {
	if !strings.Contains("\n"+e.text, "\n$ ") {
		for _, args := range documentedCommands("```\n" + e.text + "```\n") {
			all = append(all, step{args: args})
		}
		return all
	}
	for _, part := range strings.Split("\n"+e.text, "\n$ ")[1:] {
		part = strings.ReplaceAll(part, "\\\n", " ")
		command, output, _ := strings.Cut(part, "\n")
		for _, args := range documentedCommands("```\n" + command + "\n```\n") {
			all = append(all, step{args, output})
		}
	}
	return all
}

// shows reports whether a text is what a page shows.
func shows(page, text string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSuffix(page, "\n")), "…", ".*?")
	return regexp.MustCompile(`(?s)\A` + pattern + `\n?\z`).MatchString(text)
}

// TestExamplesOfThePages runs the commands that the pages show with their output, and compares it.
func TestExamplesOfThePages(t *testing.T) {
	switch {
	case runtime.GOOS == "windows":
		t.Skip("the pages show paths with slashes")
	case testing.Short():
		t.Skip("no command of the pages is concurrent")
	}
	ran, root := 0, source.Root(t)
	for _, page := range pages(t) {
		t.Run(page.Path, func(t *testing.T) {
			files := map[string]string{} // to write before the next run
			dir := ""
			for _, e := range examplesOf(string(page.Content)) {
				at := fmt.Sprintf("%s:%d", page.Path, e.line)
				switch e.verb {
				case "write":
					files[e.argument] = e.text
				case "run":
					dir = unpack(t, root, e.argument)
					for name, text := range files {
						writeExample(t, filepath.Join(dir, name), []byte(text))
					}
					files = map[string]string{}
					for _, s := range e.steps() {
						ran++
						s.compare(t, at, dir)
					}
				case "file":
					if archive, name, ok := strings.Cut(e.argument, ".txtar/"); ok {
						dir, e.argument = unpack(t, root, archive+".txtar"), name
					}
					text, err := os.ReadFile(filepath.Join(dir, e.argument))
					if err != nil || !shows(e.text, string(text)) {
						t.Errorf("%s: the page shows\n%s\n%s is\n%s%v", at, e.text, e.argument, text, err)
					}
				case "":
					for _, s := range e.steps() {
						if strings.TrimSpace(s.output) != "" {
							t.Errorf("%s: the page shows the output of %q: write run or not run above", at, s.args)
						}
					}
				}
			}
		})
	}
	if ran < 10 {
		t.Errorf("only %d commands were run", ran)
	}
}

// unpack copies the files of a run to a new folder.
func unpack(t *testing.T, root, argument string) string {
	t.Helper()
	words := strings.Fields(argument)
	from, dir := filepath.Join(root, filepath.FromSlash(words[0])), t.TempDir()
	if filepath.Ext(from) == ".txtar" {
		script, err := txtar.ParseFile(from)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range script.Files {
			writeExample(t, filepath.Join(dir, filepath.FromSlash(f.Name)), f.Data)
		}
	} else if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	for _, word := range words[1:] {
		name, file, _ := strings.Cut(word, "=")
		if err := os.Rename(filepath.Join(dir, filepath.FromSlash(file)), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func writeExample(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// compare runs a command in a folder, and compares its standard output.
func (s step) compare(t *testing.T, at, dir string) {
	t.Helper()
	t.Chdir(dir)
	var out, problems bytes.Buffer
	code := run(t.Context(), &Streams{In: strings.NewReader(""), Out: &out, Err: &problems, staging: &staging{}}, s.args)
	if code > ExitNo {
		t.Errorf("%s: %q ends with exit code %d:\n%s", at, s.args, code, problems.String())
	} else if s.output != "" && !shows(s.output, out.String()) {
		t.Errorf("%s: the page shows\n%s\n%q prints\n%s", at, s.output, s.args, out.String())
	}
}

// TestReadmeShowsTheGeneratedRego compiles the condition in the README, and looks for the Rego next to it.
func TestReadmeShowsTheGeneratedRego(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(source.Root(t), "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	all := examplesOf(string(readme))
	at := slices.IndexFunc(all, func(e example) bool { return e.language == "rego" })
	shipped := map[string]any{"id": "r1", "name": "Stream", "category": "Security", "resourceFilter": "App*", "actions": 2, "rule": all[at-1].text}
	streams := map[string]any{"id": "r2", "name": "Sales", "category": "Security", "resourceFilter": "Stream_*", "actions": 2, "rule": `user.group = "Sales"`}
	rules, err := json.Marshal([]any{shipped, streams})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	writeExample(t, filepath.Join(dir, "rules.json"), rules)
	step{args: []string{"compile", "rules.json", "--rego-dir", "rego"}}.compare(t, "README.md", dir)
	module, err := os.ReadFile(filepath.Join(dir, "rego", "qlik", "types", "app_object.rego"))
	if err != nil || !strings.Contains(string(module), all[at].text) {
		t.Errorf("README.md shows\n%s\nthe module is\n%s%v", all[at].text, module, err)
	}
}
