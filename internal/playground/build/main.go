// Command build builds the playground: one HTML file that runs in a browser without a network
// or a server.
//
//	go run ./internal/playground/build -o playground.html
//
// It compiles package wasm with the Go release that runs it.
package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/qlik2rego/qlik2rego/internal/playground/page"
)

func main() {
	out := flag.String("o", "playground.html", "write the page to `FILE`")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(out string) error {
	program, err := compile()
	if err != nil {
		return err
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("ask go where it is: %w", err)
	}
	runtime, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return err
	}
	var made bytes.Buffer
	if err := page.Write(&made, program, runtime); err != nil {
		return err
	}
	if err := os.WriteFile(out, made.Bytes(), 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %.2f MB, %.2f MB compressed by gzip; the program in it: %.2f MB, %.2f MB compressed\n",
		out, mega(made.Len()), compressed(made.Bytes()), mega(len(program)), compressed(program))
	return nil
}

// compile builds the WebAssembly. Inlining would make it smaller on disk but a tenth larger
// when compressed, so it is disabled.
func compile() ([]byte, error) {
	dir, err := os.MkdirTemp("", "playground")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a file of a temporary directory
	file := filepath.Join(dir, "playground.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-gcflags=all=-l", "-o", file, "github.com/qlik2rego/qlik2rego/internal/playground/wasm")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("build the WebAssembly: %w", err)
	}
	return os.ReadFile(file)
}

func mega(n int) float64 { return float64(n) / 1e6 }

// compressed returns the compressed size of a text in megabytes.
func compressed(text []byte) float64 {
	n := &counter{}
	z, err := gzip.NewWriterLevel(n, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is valid
	}
	_, _ = z.Write(text) // the counter accepts everything
	_ = z.Close()
	return mega(n.bytes)
}

type counter struct{ bytes int }

var _ io.Writer = (*counter)(nil)

func (c *counter) Write(p []byte) (int, error) {
	c.bytes += len(p)
	return len(p), nil
}
