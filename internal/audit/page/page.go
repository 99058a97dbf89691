package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed assets
var assets embed.FS

// scripts are the parts of the page's script, in order. They share one scope.
var scripts = []string{"dom.js", "model.js", "grid.js", "matrix.js", "cell.js", "rules.js", "tree.js", "overview.js", "main.js"}

// Write writes the page of a document.
func Write(w io.Writer, doc *Document) error {
	var data bytes.Buffer
	// The encoder escapes <, >, & and the line ends of JavaScript, so that no text
	// ends the element that holds the data.
	if err := json.NewEncoder(&data).Encode(doc); err != nil {
		return err
	}
	return write(w, "audit.html", doc.Title, data.String(), scripts)
}

// write puts a page together. What the browser may run and show is named by its
// digest, and nothing else is.
func write(w io.Writer, name, title, data string, parts []string) error {
	style, err := assets.ReadFile("assets/page.css")
	if err != nil {
		return err
	}
	var script strings.Builder
	script.WriteString("\"use strict\";\n(() => {\n")
	for _, part := range parts {
		text, err := assets.ReadFile("assets/" + part)
		if err != nil {
			return err
		}
		script.Write(text)
	}
	script.WriteString("})();\n")
	t, err := template.ParseFS(assets, "assets/"+name)
	if err != nil {
		return err
	}
	return t.Execute(w, struct {
		Title, Policy string
		Style         template.CSS
		Script, Data  template.JS
	}{
		title,
		fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; base-uri 'none'; form-action 'none'", digest(script.String()), digest(string(style))),
		template.CSS(style), template.JS(script.String()), template.JS(data),
	})
}

// digest is what a content security policy calls a text.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
