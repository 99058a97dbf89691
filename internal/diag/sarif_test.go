package diag

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// sarifSchema is the schema that OASIS publishes.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// The parts of a log that the test checks in addition to the schema.
type sarifView struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct {
					FullDescription struct{ Text string }
					Help            struct{ Markdown string }
					Properties      struct{ Tags []string }
				}
			}
		}
		Results []struct {
			Locations []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI, URIBaseID string }
				}
			}
		}
	}
}

// A complete log is valid according to the published schema, which allows no other fields.
func TestSARIFFollowsSchema(t *testing.T) {
	working, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	full := SARIF{
		Version: "1.0.0", Command: "check", Root: working,
		Help: func(c Code) string {
			return "# " + string(c) + ": a title\n\nWhat it is,\nin a paragraph.\n\n## Wrong\n"
		},
		Tags: func(Code) []string { return []string{"security"} },
	}
	schema := sarifSchema(t)
	for name, list := range map[string]List{"nothing": nil, "all": sample()} {
		t.Run(name, func(t *testing.T) {
			text := rendered(t, full, list)
			log, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(log); err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			if len(list) == 0 {
				return
			}
			var view sarifView
			if err := json.Unmarshal([]byte(text), &view); err != nil {
				t.Fatal(err)
			}
			rule := view.Runs[0].Tool.Driver.Rules[0]
			if rule.FullDescription.Text != "What it is, in a paragraph." || !strings.HasPrefix(rule.Help.Markdown, "# T0001: ") || rule.Properties.Tags[0] != "security" {
				t.Errorf("the rule is described as %+v", rule)
			}
			at := view.Runs[0].Results[0].Locations[0].PhysicalLocation.ArtifactLocation
			if at.URI != "rules/a%20b.json" || at.URIBaseID != "%SRCROOT%" {
				t.Errorf("the location is %s of %s", at.URI, at.URIBaseID)
			}
		})
	}
}

// Paths are relative to a directory exactly if the file is in it.
func TestPathsRelativeToRoot(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ root, file, uri string }{
		{"", "rules.json", "rules.json"},
		{"", "a:b.json", "./a:b.json"},
		{root, "./rules.json", "rules.json"},
		{root, filepath.Join(root, "a b", "rules.json"), "a%20b/rules.json"},
		{filepath.Dir(root), "rules.json", filepath.Base(root) + "/rules.json"},
		{filepath.Join(root, "sub"), "rules.json", "file://" + filepath.ToSlash(filepath.Join(root, "rules.json"))},
		{filepath.Join(root, "sub"), "..rules.json", "file://" + filepath.ToSlash(filepath.Join(root, "..rules.json"))},
		{root, "..rules.json", "..rules.json"},
	} {
		if got, _ := fileURI(c.root, c.file); got != c.uri {
			t.Errorf("%s in %s is %s, not %s", c.file, c.root, got, c.uri)
		}
	}
}

func TestGitLab(t *testing.T) {
	var issues []struct {
		Description string
		CheckName   string `json:"check_name"`
		Fingerprint string
		Severity    string
		Location    struct {
			Path  string
			Lines struct{ Begin, End int }
		}
	}
	text := rendered(t, GitLab{}, append(sample(), sample()[0]))
	if err := json.Unmarshal([]byte(text), &issues); err != nil {
		t.Fatal(err)
	}
	first, last := issues[0], issues[3]
	if len(issues) != 4 || first.CheckName != "T0001" || first.Severity != "major" || first.Location.Path != "rules/a b.json" || first.Location.Lines.Begin != 2 {
		t.Errorf("got %s", text)
	}
	if issues[1].Severity != "minor" || issues[2].Severity != "info" || issues[2].Location.Path != "." || issues[2].Location.Lines.Begin != 1 {
		t.Errorf("a finding without a location: %s", text)
	}
	if first.Fingerprint == last.Fingerprint || first.Fingerprint[:32] != last.Fingerprint[:32] {
		t.Errorf("equal findings have the fingerprints %s and %s", first.Fingerprint, last.Fingerprint)
	}
}
