package shell

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"strings"
)

//go:embed assets
var assets embed.FS

// shared are the parts of the script that all pages have.
var shared = []string{"assets/dom.js", "assets/theme.js", "assets/csv.js"}

// Style returns the style that all pages share: the tokens and the components.
func Style() ([]byte, error) {
	tokens, err := assets.ReadFile("assets/tokens.css")
	if err != nil {
		return nil, err
	}
	components, err := assets.ReadFile("assets/page.css")
	return append(tokens, components...), err
}

// Page is a kind of page: its own files.
type Page struct {
	// Files is the file system of the other fields.
	Files fs.FS
	// Body is the page as a template of html/template with the fields Title, Policy, Style,
	// Script and Data.
	Body string
	// Scripts are the parts of the script in order, after the shared ones. All have one scope.
	Scripts []string
	// Styles are the parts of the style that only this page has, after the shared ones.
	Styles []string
	// WebAssembly lets the script run WebAssembly that the page contains.
	WebAssembly bool
}

// Write writes the page with data encoded as JSON. The title is plain text.
func (p Page) Write(w io.Writer, title string, data any) error {
	style, err := Style()
	if err != nil {
		return err
	}
	for _, name := range p.Styles {
		text, err := fs.ReadFile(p.Files, name)
		if err != nil {
			return err
		}
		style = append(style, text...)
	}
	script, err := p.script()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	// The encoder escapes <, >, & and the line ends of JavaScript, so that no string ends the
	// element with the data.
	if err := json.NewEncoder(&text).Encode(data); err != nil {
		return err
	}
	t, err := template.ParseFS(p.Files, p.Body)
	if err != nil {
		return err
	}
	// What the browser may run and display is identified by its digest; everything else is
	// blocked.
	return t.Execute(w, struct {
		Title, Policy string
		Style         template.CSS
		Script, Data  template.JS
	}{
		title,
		p.policy(script, string(style)),
		template.CSS(style), template.JS(script), template.JS(text.String()),
	})
}

// policy is the content security policy of the page.
func (p Page) policy(script, style string) string {
	run := digest(script)
	if p.WebAssembly {
		run += " 'wasm-unsafe-eval'"
	}
	return fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; base-uri 'none'; form-action 'none'", run, digest(style))
}

// script joins the parts of the script.
func (p Page) script() (string, error) {
	var b strings.Builder
	b.WriteString("\"use strict\";\n(() => {\n")
	add := func(files fs.FS, names []string) error {
		for _, name := range names {
			text, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			b.Write(text)
		}
		return nil
	}
	if err := add(assets, shared); err != nil {
		return "", err
	}
	if err := add(p.Files, p.Scripts); err != nil {
		return "", err
	}
	b.WriteString("})();\n")
	return b.String(), nil
}

// digest is the source expression of a content security policy for a text.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
