package studio

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"net/http"
	"path"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/audit/page/shell"
)

//go:embed assets
var assets embed.FS

const assetPath = "/assets/"

// mediaTypes are the media types of the assets. They do not depend on the tables of the system.
var mediaTypes = map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

func isAsset(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, assetPath) }

// sharedStyle is the design of all pages of this program, which precedes the studio's own.
const sharedStyle = "page.css"

func serveAsset(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	content, err := assets.ReadFile("assets/" + name)
	if name == sharedStyle {
		content, err = shell.Style()
	}
	media, known := mediaTypes[path.Ext(name)]
	if err != nil || !known {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", media)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(content) // the caller may have disconnected
}

var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="csp-nonce" content="{{.}}">
<title>qlik2rego studio</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/page.css">
<link rel="stylesheet" href="/assets/studio.css">
<script type="module" src="/assets/studio.js"></script>
</head>
<body><div id="app"></div><noscript>The studio needs JavaScript.</noscript></body>
</html>
`))

type nonceKey struct{}

func withNonce(r *http.Request, nonce string) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), nonceKey{}, nonce))
}

func servePage(w http.ResponseWriter, r *http.Request) {
	nonce, _ := r.Context().Value(nonceKey{}).(string)
	var text bytes.Buffer
	if err := pageTemplate.Execute(&text, nonce); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(text.Bytes()) // the caller may have disconnected
}
