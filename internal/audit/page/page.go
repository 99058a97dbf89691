package page

import (
	"embed"
	"io"

	"github.com/qlik2rego/qlik2rego/internal/audit/page/shell"
)

//go:embed assets
var assets embed.FS

// Write writes the page of a document.
func Write(w io.Writer, doc *Document) error {
	p := shell.Page{Files: assets, Body: "assets/audit.html"}
	scripts := []string{"model", "labels", "grid", "matrix", "cell", "rules", "create", "tree", "overview", "links", "tabs"}
	if len(doc.Categories) > 0 {
		scripts = append(scripts, "category")
	}
	for _, name := range append(scripts, "main") {
		p.Scripts = append(p.Scripts, "assets/"+name+".js")
	}
	return p.Write(w, doc.Title, doc)
}
