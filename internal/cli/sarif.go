package cli

import (
	"io"
	"os"
	"path/filepath"

	"github.com/qlik2rego/qlik2rego/docs"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/lint"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// sarif returns the log for the findings of a command.
func sarif(command string) diag.SARIF {
	return diag.SARIF{Version: version().Version, Command: command, Root: projectRoot(), Help: helpPage, Tags: lintTags}
}

// scanned renders findings for code scanners. It calls log only when it renders, because log searches
// for the root of the project.
func scanned(log func() render.Renderer[diag.List]) render.Renderer[diag.List] {
	return render.Func[diag.List](func(w io.Writer, list diag.List) error { return log().Render(w, list) })
}

// sarifOf renders the findings of a command.
func sarifOf(command string) render.Renderer[diag.List] {
	return scanned(func() render.Renderer[diag.List] { return sarif(command) })
}

// helpPage returns the page of a code, "" if there is none.
func helpPage(code diag.Code) string {
	page, err := docs.Rules.ReadFile("rules/" + string(code) + ".md")
	if err != nil {
		return ""
	}
	return string(page)
}

// lintTags returns the category of the lint that reports a code.
func lintTags(code diag.Code) []string {
	if l := lint.Find(code); l != nil {
		return []string{string(l.Category)}
	}
	return nil
}

// projectRoot returns the directory that code scanners expect paths to be relative to:
// the root of the Git repository around the working directory, or the working directory
// itself. It returns "" if there is no working directory.
func projectRoot() string {
	working, err := os.Getwd()
	if err != nil {
		return ""
	}
	for dir := working; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return working
		}
	}
}
