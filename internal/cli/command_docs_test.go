package cli

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

const checkout = "../.."

var (
	fencedBlock = regexp.MustCompile("(?ms)^```[a-z]*\n(.*?)^```")
	shellWord   = regexp.MustCompile(`(?:'[^']*'|"[^"]*"|[^\s'"])+`)
	endOfOne    = regexp.MustCompile(`(?:^|\s)(?:#|\||&&|>|2>).*$`)
	quotes      = strings.NewReplacer("'", "", `"`, "")
)

// documentedCommands returns the command lines of the fenced blocks of a document.
func documentedCommands(text string) [][]string {
	var found [][]string
	for _, block := range fencedBlock.FindAllStringSubmatch(text, -1) {
		for line := range strings.SplitSeq(strings.ReplaceAll(block[1], "\\\n", " "), "\n") {
			for part := range strings.SplitSeq(line, "&&") {
				part, isCommand := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(part), "$ "), "qlik2rego ")
				if !isCommand || strings.HasPrefix(part, "does ") {
					continue
				}
				words := shellWord.FindAllString(endOfOne.ReplaceAllString(part, ""), -1)
				for i := range words {
					words[i] = quotes.Replace(words[i])
				}
				found = append(found, words)
			}
		}
	}
	return found
}

// Every command in the documentation exists, with the flags that are shown.
func TestDocumentedCommandsExist(t *testing.T) {
	documents := []string{checkout + "/README.md", checkout + "/CONTRIBUTING.md", checkout + "/examples/README.md", checkout + "/testdata/scenarios/README.md"}
	err := filepath.WalkDir(checkout+"/docs", func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			documents = append(documents, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	app, checked := newApp(Standard()), 0
	for _, path := range documents {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range documentedCommands(string(text)) {
			checked++
			words = otherWords(words)
			command := app.Command(words[0])
			if command == nil {
				t.Errorf("%s: there is no command %q", path, words[0])
				continue
			}
			for _, word := range words[1:] {
				name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
				if !strings.HasPrefix(word, "-") || name == "" || name == "help" {
					continue
				}
				if !slices.ContainsFunc(command.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) }) {
					t.Errorf("%s: %s has no flag %s", path, words[0], word)
				}
			}
		}
	}
	if checked < 40 {
		t.Errorf("only %d commands were found", checked)
	}
}

// docs/explain.md shows the output of its command; a line with … replaces omitted lines.
func TestDocumentedExplanation(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the document shows paths with slashes")
	}
	text, err := os.ReadFile(checkout + "/docs/explain.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := fencedBlock.FindAllStringSubmatch(string(text), 2)
	t.Chdir(checkout + "/testdata/scenarios/customer-case")
	var out, problems bytes.Buffer
	streams := &Streams{In: strings.NewReader(""), Out: &out, Err: &problems}
	code := run(t.Context(), streams, documentedCommands(blocks[0][0])[0])
	if code != 1 {
		t.Fatalf("exit code %d, want 1\n%s", code, problems.String())
	}
	rest := out.String()
	for line := range strings.Lines(blocks[1][1]) {
		if strings.TrimSpace(line) == "…" {
			continue
		}
		_, after, found := strings.Cut(rest, line)
		if !found {
			t.Errorf("the command does not print this line, or prints it earlier: %s", line)
			continue
		}
		rest = after
	}
}
