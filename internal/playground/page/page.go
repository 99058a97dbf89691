// Package page builds the playground's page: one file with its script, its style and the
// WebAssembly of package playground, which uses no network.
package page

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"io"
	"io/fs"

	"github.com/qlik2rego/qlik2rego/internal/audit/page/shell"
)

//go:embed assets
var assets embed.FS

// runtimeName is the file of Go's distribution that runs WebAssembly in a browser, as named in
// the page's scripts.
const runtimeName = "wasm_exec.js"

// Write writes the page. Program is the WebAssembly of internal/playground/wasm, and
// runtime the wasm_exec.js of the Go release that built it.
func Write(w io.Writer, program, runtime []byte) error {
	packed, err := pack(program)
	if err != nil {
		return err
	}
	example, err := assets.ReadFile("assets/example.json")
	if err != nil {
		return err
	}
	p := shell.Page{
		Files: files{runtime}, Body: "assets/playground.html", Styles: []string{"assets/playground.css"},
		Scripts:     []string{runtimeName, "assets/program.js", "assets/decision.js", "assets/findings.js", "assets/main.js"},
		WebAssembly: true,
	}
	return p.Write(w, "Playground for Qlik security rules", struct {
		Program []byte          `json:"program"`
		Example json.RawMessage `json:"example"`
	}{packed, example})
}

// pack compresses the program in a format that every browser can decompress itself.
func pack(program []byte) ([]byte, error) {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(program); err != nil {
		return nil, err
	}
	err = z.Close()
	return packed.Bytes(), err
}

// files are the assets and the runtime.
type files struct{ runtime []byte }

// Open opens an asset.
func (f files) Open(name string) (fs.File, error) { return assets.Open(name) }

// ReadFile reads an asset or the runtime.
func (f files) ReadFile(name string) ([]byte, error) {
	if name == runtimeName {
		return f.runtime, nil
	}
	return assets.ReadFile(name)
}
