package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/test/source"
)

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

// pages returns the pages for users.
func pages(t *testing.T) []source.Text {
	t.Helper()
	return source.Files(t, ".md", source.NotIn(".ci", ".github", "bench", "internal"))
}

// Every command in the documentation exists, with the flags that are shown.
func TestDocumentedCommandsExist(t *testing.T) {
	app, checked := newApp(Standard()), 0
	for _, page := range pages(t) {
		for _, words := range documentedCommands(string(page.Content)) {
			checked++
			words = otherWords(words)
			command := app.Command(words[0])
			if command == nil {
				t.Errorf("%s: there is no command %q", page.Path, words[0])
				continue
			}
			for _, word := range words[1:] {
				name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
				if !strings.HasPrefix(word, "-") || name == "" || name == "help" {
					continue
				}
				if !slices.ContainsFunc(command.Flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), name) }) {
					t.Errorf("%s: %s has no flag %s", page.Path, words[0], word)
				}
			}
		}
	}
	if checked < 40 {
		t.Errorf("only %d commands were found", checked)
	}
}
