package diag

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/render"
)

func rendered(t *testing.T, r render.Renderer[List], list List) string {
	t.Helper()
	var b strings.Builder
	if err := r.Render(&b, list); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTerminal(t *testing.T) {
	const want = `error[T0001]: single quotes
 --> rules/a b.json:2:23, condition 1:14, rule "Stream" (7)
  |
1 | user.group = 'x'
  |              ^^^
  = Use double ones.
  = Always.
  = compared with this
 --> rules/a b.json:2:10, condition 1:1
  |
1 | user.group = 'x'
  | ----------
  = nowhere
  = fix: write double quotes
  |
1 | user.group = "x"
  |              +++
  = see docs/rules/T0001.md

warning[T0002]: 100%: sure
 --> b,c.json, file 2:3
  |
2 |   1]
  |   ^
  = see docs/rules/T0002.md

info[T0003]: a fact
 = see docs/rules/T0003.md
`
	if got := rendered(t, Terminal{}, sample()); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// The margin of an excerpt from a file has the line numbers of the file, like the location above it. A condition has its
// own line numbers. All margins of a diagnostic have the same width.
func TestMargin(t *testing.T) {
	piece := func(line int, content string) *Text {
		return &Text{Label: "file", Content: content, File: "rules.json", Locate: func(offset int) Position {
			return Position{Line: line + strings.Count(content[:offset], "\n"), Column: 1}
		}}
	}
	const want = `error[T0001]: twice
   --> rules.json:104:1
    |
104 | "id": 1
    | ^^^^
    = first here
   --> rules.json:9:1
    |
  9 | "id": 2
    | ----
    = and compare
   --> rules.json:2:14, condition 2:1
    |
  2 | true
    | ----
    = see docs/rules/T0001.md
`
	condition := inFile("condition", "rules.json", "not\ntrue")
	got := rendered(t, Terminal{}, List{{
		Code: codeError, Severity: Error, Summary: "twice", Text: piece(103, "{\n\"id\": 1"), Subject: Range{2, 6},
		Related: []Related{
			{Message: "first here", Text: piece(9, `"id": 2`), Range: Range{0, 4}},
			{Message: "and compare", Text: condition, Range: Range{4, 8}},
		},
	}})
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestTerminalInColor(t *testing.T) {
	got := rendered(t, Terminal{Color: true}, sample())
	for _, want := range []string{"\x1b[1;31merror[T0001]\x1b[0m", "\x1b[1;33mwarning[T0002]\x1b[0m", "\x1b[1;31m^^^\x1b[0m", "\x1b[1;32m+++\x1b[0m"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
	plain := strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[1;31m", "", "\x1b[1;32m", "", "\x1b[1;33m", "", "\x1b[1;34m", "", "\x1b[1;36m", "").Replace(got)
	if plain != rendered(t, Terminal{}, sample()) {
		t.Error("colours change the text")
	}
}

// The caret is under the subject for any text before it. Unprintable characters are spelled out.
func TestExcerpts(t *testing.T) {
	long := strings.Repeat("0123456789", 30)
	tests := []struct {
		name, content string
		subject       Range
		want          string
	}{
		{"empty text", "", Range{0, 0}, `
  |
1 |
  | ^`},
		{"end of text", "abc", Range{3, 3}, `
  |
1 | abc
  |    ^`},
		{"tab", "\ta\tb", Range{3, 4}, `
  |
1 |     a    b
  |          ^`},
		{"wide letters", "日本 x", Range{7, 8}, `
  |
1 | 日本 x
  |      ^`},
		{"wide subject", "x日本", Range{1, 7}, `
  |
1 | x日本
  |  ^^^^`},
		{"combining marks", "e\u0301 x", Range{4, 5}, "\n  |\n1 | e\u0301 x\n  |   ^"},
		{"control characters", "\x1b[31m\u202ex\u00a0\xff", Range{8, 9}, `
  |
1 | <U+001B>[31m<U+202E>x<U+00A0><0xFF>
  |                     ^`},
		{"subject over several lines", "first\r\nsecond line\r\nthird", Range{14, 25}, `
  |
2 | second line
  |        ^^^^`},
		{"subject at a line break", "ab\r\ncd", Range{2, 4}, `
  |
1 | ab
  |   ^`},
		{"line after ten", strings.Repeat("\n", 9) + "x", Range{9, 10}, `
   |
10 | x
   | ^`},
		{"long line, subject at its beginning", long, Range{2, 4}, `
  |
1 | 012345678901234567890123456789012345678901234567890123456789…
  |   ^^`},
		{"long line, subject in its middle", long, Range{150, 153}, `
  |
1 | …012345678901234567890123456789012345678901234567890123456789…
  |                                ^^^`},
		{"long line, subject at its end", long, Range{298, 300}, `
  |
1 | …012345678901234567890123456789012345678901234567890123456789
  |                                                            ^^`},
		{"long subject", long, Range{1, 299}, `
  |
1 | 012345678901234567890123456789012345678901234567890123456789…
  |  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^`},
		{"range outside of the text", "abc", Range{7, 9}, `
  |
1 | abc
  |    ^`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			list := List{{Code: codeError, Severity: Error, Summary: "s", Text: &Text{Content: test.content}, Subject: test.subject}}
			got := rendered(t, Terminal{Columns: 60}, list)
			_, got, _ = strings.Cut(got, "\n")
			got, _, _ = strings.Cut("\n"+got, "\n"+strings.Repeat(" ", strings.Index(got, "|")-1)+" = see")
			if got != test.want {
				t.Errorf("got:%s\nwant:%s", got, test.want)
			}
		})
	}
}

// Names and messages from rule files are made printable and cut, too.
func TestTerminalIsNotFlooded(t *testing.T) {
	hostile := strings.Repeat("\x1b[2J\n", 100_000)
	list := List{{
		Code: codeError, Severity: Error, Summary: hostile, Detail: strings.ReplaceAll(hostile, "\n", ""), Rule: Rule{Name: hostile, ID: hostile},
		Text: &Text{Label: "condition", File: hostile, Content: strings.ReplaceAll(hostile, "\n", "")}, Subject: Range{0, 100},
		Fix: &Fix{Message: hostile, Range: Range{0, 1}, Replacement: hostile},
	}, {Code: codeError, Severity: Error, Rule: Rule{ID: "only an id"}, Fix: &Fix{Message: "a fix without a place"}}}
	got := rendered(t, Terminal{}, list)
	if strings.ContainsAny(got, "\x1b\r") || len(got) > 4000 {
		t.Errorf("%d bytes: %q", len(got), got[:min(len(got), 1000)])
	}
	if !strings.Contains(got, `rule "only an id"`) {
		t.Errorf("a rule without a name is not shown: %s", got)
	}
	for _, r := range []render.Renderer[List]{GitHub{}, SARIF{}} {
		if got := rendered(t, r, list); strings.ContainsRune(got, '\x1b') {
			t.Errorf("%T writes control characters: %q", r, got[:200])
		}
	}
}

// If the text is the whole file, the location in the text is the location in the file.
func TestPlaceInFile(t *testing.T) {
	got := place(Rule{}, inFile("file", "a.json", "[]"), Range{1, 2})
	if want := "a.json:2:11"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestJSON(t *testing.T) {
	const want = `[
  {
    "code": "T0001",
    "severity": "error",
    "summary": "single quotes",
    "detail": "Use double ones.\nAlways.",
    "rule": {
      "id": "7",
      "name": "Stream"
    },
    "file": "rules/a b.json",
    "line": 2,
    "column": 23,
    "text": "condition",
    "offset": 13,
    "range": {
      "start": 13,
      "end": 16
    },
    "related": [
      {
        "message": "compared with this",
        "file": "rules/a b.json",
        "line": 2,
        "column": 10,
        "text": "condition",
        "range": {
          "start": 0,
          "end": 10
        }
      },
      {
        "message": "nowhere",
        "range": {
          "start": 0,
          "end": 0
        }
      }
    ],
    "fix": {
      "message": "write double quotes",
      "range": {
        "start": 13,
        "end": 16
      },
      "replacement": "\"x\""
    },
    "doc": "docs/rules/T0001.md"
  },
  {
    "code": "T0002",
    "severity": "warning",
    "summary": "100%: sure",
    "file": "b,c.json",
    "text": "file",
    "offset": 4,
    "range": {
      "start": 4,
      "end": 4
    },
    "doc": "docs/rules/T0002.md"
  },
  {
    "code": "T0003",
    "severity": "info",
    "summary": "a fact",
    "doc": "docs/rules/T0003.md"
  }
]
`
	var got strings.Builder
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(sample()); err != nil || got.String() != want {
		t.Errorf("%v, got:\n%s\nwant:\n%s", err, &got, want)
	}
}

func TestGitHub(t *testing.T) {
	const want = `::error file=rules/a b.json,line=2,col=23,title=T0001::rule "Stream" (7): single quotes%0AUse double ones.<U+000A>Always.%0AFix: write double quotes: "x"
::warning file=b%2Cc.json,title=T0002::100%25: sure
::notice title=T0003::a fact
`
	if got := rendered(t, GitHub{}, sample()); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestSARIF(t *testing.T) {
	const want = `{
  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
  "version": "2.1.0",
  "runs": [
    {
      "tool": {
        "driver": {
          "name": "qlik2rego",
          "version": "1.0.0",
          "informationUri": "https://github.com/qlik2rego/qlik2rego",
          "rules": [
            {
              "id": "T0001",
              "shortDescription": {
                "text": "an error"
              },
              "helpUri": "https://github.com/qlik2rego/qlik2rego/blob/main/docs/rules/T0001.md",
              "defaultConfiguration": {
                "level": "error"
              }
            }
          ]
        }
      },
      "columnKind": "unicodeCodePoints",
      "results": [
        {
          "ruleId": "T0001",
          "ruleIndex": 0,
          "level": "error",
          "message": {
            "text": "rule \"Stream\" (7): single quotes\nUse double ones.<U+000A>Always.\nFix: write double quotes: \"x\""
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "rules/a%20b.json"
                },
                "region": {
                  "startLine": 2,
                  "startColumn": 23,
                  "endLine": 2,
                  "endColumn": 26
                }
              },
              "logicalLocations": [
                {
                  "name": "Stream",
                  "fullyQualifiedName": "7"
                }
              ]
            }
          ],
          "relatedLocations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "rules/a%20b.json"
                },
                "region": {
                  "startLine": 2,
                  "startColumn": 10,
                  "endLine": 2,
                  "endColumn": 20
                }
              },
              "message": {
                "text": "compared with this"
              }
            }
          ],
          "partialFingerprints": {
            "qlik2rego/v1": "6130c3d7fcf186ef94677af59b33c5f9:1"
          },
          "fixes": [
            {
              "description": {
                "text": "write double quotes"
              },
              "artifactChanges": [
                {
                  "artifactLocation": {
                    "uri": "rules/a%20b.json"
                  },
                  "replacements": [
                    {
                      "deletedRegion": {
                        "startLine": 2,
                        "startColumn": 23,
                        "endLine": 2,
                        "endColumn": 26
                      },
                      "insertedContent": {
                        "text": "\"x\""
                      }
                    }
                  ]
                }
              ]
            }
          ]
        }
      ]
    }
  ]
}
`
	if got := rendered(t, SARIF{Version: "1.0.0"}, sample()[:1]); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// A log without findings, and findings without a location, are also valid.
func TestSARIFWithoutPlaces(t *testing.T) {
	var log struct {
		Runs []struct {
			Tool    struct{ Driver struct{ Rules []any } }
			Results []struct {
				Level     string
				RuleIndex int
				Locations []any
			}
		}
	}
	if err := json.Unmarshal([]byte(rendered(t, SARIF{}, nil)), &log); err != nil || log.Runs[0].Results == nil || log.Runs[0].Tool.Driver.Rules == nil {
		t.Errorf("an empty log lacks its arrays: %+v, %v", log, err)
	}
	if err := json.Unmarshal([]byte(rendered(t, SARIF{}, sample()[1:])), &log); err != nil {
		t.Fatal(err)
	}
	results := log.Runs[0].Results
	if len(results) != 2 || results[0].RuleIndex != 0 || len(results[0].Locations) != 1 || results[1].RuleIndex != 1 || results[1].Level != "note" || results[1].Locations != nil {
		t.Errorf("got %+v", results)
	}
}

type brokenWriter struct{ error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.error }

// A renderer passes the writer's error on.
func TestRenderersPassErrors(t *testing.T) {
	broken := brokenWriter{errors.New("broken pipe")}
	for _, r := range []render.Renderer[List]{Terminal{}, SARIF{}, GitHub{}, GitLab{}} {
		if err := r.Render(broken, sample()); !errors.Is(err, broken.error) {
			t.Errorf("%T: got %v", r, err)
		}
	}
}

// A fingerprint depends on the rule, the code and the affected part, but not on the location of the rule in its file.
func TestFingerprints(t *testing.T) {
	d := sample()[0]
	moved := d
	moved.Text = &Text{Label: d.Text.Label, Content: d.Text.Content, File: "elsewhere.json"}
	if d.Fingerprint() != moved.Fingerprint() {
		t.Error("a rule that was moved has a different fingerprint")
	}
	other := d
	other.Rule.ID = "another"
	if d.Fingerprint() == other.Fingerprint() {
		t.Error("two rules share a fingerprint")
	}
}

func TestJUnitAndMarkdown(t *testing.T) {
	list := sample()[:1]
	if got := rendered(t, JUnit{}, list); !strings.Contains(got, `failures="1"`) || !strings.Contains(got, `<testcase classname="Stream"`) {
		t.Error(got)
	}
	if got := rendered(t, Markdown{}, list); !strings.Contains(got, "| error | [") || strings.Count(got, "\n") != 3 {
		t.Error(got)
	}
	if got := rendered(t, Markdown{}, nil); got != "No findings.\n" {
		t.Error(got)
	}
}
