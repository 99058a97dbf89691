package diag

import (
	"encoding/json"
	"io"
)

// GitLab renders diagnostics as a Code Quality report, which GitLab shows in merge
// requests: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
type GitLab struct {
	// Root is the directory that paths of files are relative to, or "" for unchanged paths.
	Root string
}

type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   Code           `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
	End   int `json:"end,omitempty"`
}

// Render implements render.Renderer.
func (g GitLab) Render(w io.Writer, list List) error {
	issues := []gitlabIssue{}
	prints := newFingerprints()
	for _, d := range list {
		issues = append(issues, gitlabIssue{
			Description: d.message(), CheckName: d.Code, Fingerprint: prints.next(d), Severity: gitlabSeverity(d.Severity), Location: g.location(d),
		})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(issues)
}

// location returns the position of a diagnostic. The report requires one; diagnostics without a
// position are about the directory as a whole.
func (g GitLab) location(d Diagnostic) gitlabLocation {
	at := gitlabLocation{Path: ".", Lines: gitlabLines{Begin: 1}}
	if d.Text == nil || d.Text.File == "" {
		return at
	}
	at.Path, _ = relativePath(g.Root, d.Text.File)
	if d.Text.Locate != nil {
		at.Lines = gitlabLines{d.Text.Locate(d.Subject.Start).Line, d.Text.Locate(d.Subject.End).Line}
	}
	return at
}

func gitlabSeverity(s Severity) string {
	switch s {
	case Error:
		return "major"
	case Warning:
		return "minor"
	case Info:
	}
	return "info"
}
