package lsp

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sourcegraph/jsonrpc2"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write what the transcripts get into their files")

// client is an editor that talks to a server.
type client struct {
	t      testing.TB
	server *server
	conn   *jsonrpc2.Conn
	dir    string
	texts  map[string]string

	mu        sync.Mutex
	published map[string]publishParams
	arrived   chan publishParams
}

func newClient(t testing.TB, dir string, capabilities string) *client {
	t.Helper()
	return newClientWith(t, dir, capabilities, jsonrpc2.VSCodeObjectCodec{})
}

func newClientWith(t testing.TB, dir string, capabilities string, codec jsonrpc2.ObjectCodec) *client {
	t.Helper()
	here, there := net.Pipe()
	c := &client{t: t, dir: dir, texts: map[string]string{}, published: map[string]publishParams{}, arrived: make(chan publishParams, 1000)}
	c.server = newServer(Options{Version: "test", Log: io.Discard})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.server.serve(t.Context(), there)
	}()
	c.conn = jsonrpc2.NewConn(context.Background(), jsonrpc2.NewBufferedStream(here, codec), jsonrpc2.HandlerWithError(c.handle))
	t.Cleanup(func() {
		_ = c.conn.Close()
		<-ended
	})
	c.call("initialize", json.RawMessage(`{"rootUri": "`+uriOf(dir)+`", "capabilities": `+capabilities+`}`), nil)
	c.notify("initialized", struct{}{})
	return c
}

func (c *client) handle(_ context.Context, _ *jsonrpc2.Conn, r *jsonrpc2.Request) (any, error) {
	if r.Method == "textDocument/publishDiagnostics" {
		var p publishParams
		if err := json.Unmarshal(*r.Params, &p); err != nil {
			return nil, err
		}
		c.mu.Lock()
		c.published[p.URI] = p
		c.mu.Unlock()
		select {
		case c.arrived <- p:
		default:
		}
	}
	return nil, nil
}

func (c *client) call(method string, params, result any) {
	c.t.Helper()
	if err := c.conn.Call(context.Background(), method, params, result); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

func (c *client) notify(method string, params any) {
	c.t.Helper()
	if err := c.conn.Notify(context.Background(), method, params); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

// settle waits until the server has sent all its messages.
func (c *client) settle() {
	c.call("workspace/symbol", symbolParams{"nothing"}, nil) // messages are handled in order
	c.server.background.Wait()
	c.call("workspace/symbol", symbolParams{"nothing"}, nil)
}

func (c *client) uri(name string) string { return uriOf(filepath.Join(c.dir, name)) }

func (c *client) open(name, text string) {
	c.texts[name] = text
	c.notify("textDocument/didOpen", documentParams{textDocument{URI: c.uri(name), Version: 1, Text: text}})
}

// edit replaces text in a document by an incremental edit.
func (c *client) edit(name, old, replacement string) {
	c.t.Helper()
	text := c.texts[name]
	at := strings.Index(text, old)
	if at < 0 {
		c.t.Fatalf("%s does not hold %q", name, old)
	}
	d := newDocument(c.uri(name), text, 0, false)
	c.notify("textDocument/didChange", map[string]any{
		"textDocument":   textDocument{URI: c.uri(name), Version: 2},
		"contentChanges": []any{map[string]any{"range": d.span(at, at+len(old)), "text": replacement}},
	})
	c.texts[name] = text[:at] + replacement + text[at+len(old):]
}

// at returns the position that a pattern such as `user.|group` marks in a document.
func (c *client) at(name, pattern string) positionParams {
	c.t.Helper()
	before, after, ok := strings.Cut(pattern, "|")
	at := strings.Index(c.texts[name], before+after)
	if !ok || at < 0 {
		c.t.Fatalf("%s does not hold %q", name, pattern)
	}
	d := newDocument(c.uri(name), c.texts[name], 0, false)
	return positionParams{textDocument{URI: c.uri(name)}, d.position(at + len(before))}
}

// TestTranscripts runs the transcripts of testdata. The comment of an archive is a list of steps,
// the files are the workspace, and the file `want` is what the steps print.
func TestTranscripts(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "*.txtar"))
	if err != nil || len(names) == 0 {
		t.Fatal("there are no transcripts")
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := transcript(t, archive)
			i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "want" })
			if i < 0 {
				archive.Files = append(archive.Files, txtar.File{Name: "want"})
				i = len(archive.Files) - 1
			}
			if *update {
				archive.Files[i].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := string(archive.Files[i].Data); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func transcript(t *testing.T, archive *txtar.Archive) string {
	dir := t.TempDir()
	for _, f := range archive.Files {
		if f.Name == "want" {
			continue
		}
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := newClient(t, dir, `{}`)
	var out strings.Builder
	for line := range strings.Lines(string(archive.Comment)) {
		line = strings.TrimRight(line, "\n") // trailing spaces belong to the step
		if line == "" || line[0] == '#' {
			continue
		}
		fmt.Fprintf(&out, "> %s\n", line)
		c.step(&out, line)
	}
	return strings.ReplaceAll(out.String(), uriOf(dir), "file://")
}

// step runs one step: a verb, a file, and text that may contain spaces.
func (c *client) step(out *strings.Builder, line string) {
	verb, rest, _ := strings.Cut(line, " ")
	name, arg, _ := strings.Cut(rest, " ")
	doc := documentParams{textDocument{URI: c.uri(name)}}
	whole := rangeParams{doc.TextDocument, span{End: position{Line: 1 << 20}}}
	show := func(method string, params any) {
		var raw json.RawMessage
		if err := c.conn.Call(context.Background(), method, params, &raw); err != nil {
			fmt.Fprintf(out, "%v\n", err)
			return
		}
		fmt.Fprintf(out, "%s\n", raw)
	}
	switch verb {
	case "open":
		data, err := os.ReadFile(filepath.Join(c.dir, name))
		if err != nil {
			c.t.Fatal(err)
		}
		c.open(name, string(data))
		c.settle()
	case "edit":
		old, replacement, _ := strings.Cut(arg, " => ")
		c.edit(name, strings.ReplaceAll(old, `\n`, "\n"), strings.ReplaceAll(replacement, `\n`, "\n"))
		c.settle()
	case "save":
		c.notify("textDocument/didSave", doc)
		c.settle()
	case "close":
		c.notify("textDocument/didClose", doc)
		c.settle()
	case "diagnostics":
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, d := range c.published[c.uri(name)].Diagnostics {
			if d.Severity > severityWarning {
				continue
			}
			summary, _, _ := strings.Cut(d.Message, "\n")
			fmt.Fprintf(out, "%s %d %s %s\n", at0(d.Range), d.Severity, d.Code, summary)
		}
	case "complete":
		var list completionList
		c.call("textDocument/completion", c.at(name, arg), &list)
		for _, item := range list.Items {
			fmt.Fprintf(out, "%s %s\n", strings.TrimSpace(item.Label+"  "+item.Detail), at0(item.TextEdit.Range))
		}
	case "offers": // whether one word is among the completions
		pattern, word, _ := strings.Cut(arg, " => ")
		var list completionList
		c.call("textDocument/completion", c.at(name, pattern), &list)
		for _, item := range list.Items {
			if item.Label == word {
				fmt.Fprintf(out, "%s %s\n", strings.TrimSpace(item.Label+"  "+item.Detail), at0(item.TextEdit.Range))
			}
		}
	case "hover":
		var h hover
		c.call("textDocument/hover", c.at(name, arg), &h)
		fmt.Fprintf(out, "%s %s\n", at0(h.Range), h.Contents.Value)
	case "lens":
		var lenses []codeLens
		c.call("textDocument/codeLens", doc, &lenses)
		for _, l := range lenses {
			fmt.Fprintf(out, "%s %s\n", at0(l.Range), l.Command.Title)
		}
	case "actions":
		var actions []codeAction
		c.call("textDocument/codeAction", whole, &actions)
		for _, a := range actions {
			fmt.Fprintf(out, "%s: %s\n", a.Kind, a.Title)
			c.edits(out, a.Edit)
		}
	case "format":
		var edits []textEdit
		c.call("textDocument/formatting", doc, &edits)
		for _, e := range edits {
			fmt.Fprintf(out, "%s\n%s", at0(e.Range), e.NewText)
		}
	case "rename":
		pattern, newName, _ := strings.Cut(arg, " => ")
		var edit workspaceEdit
		show("textDocument/prepareRename", c.at(name, pattern))
		params := renameParams{c.at(name, pattern), newName}
		if err := c.conn.Call(context.Background(), "textDocument/rename", params, &edit); err != nil {
			fmt.Fprintf(out, "%v\n", err)
			return
		}
		c.edits(out, &edit)
	case "definition", "references":
		show("textDocument/"+verb, c.at(name, arg))
	case "symbols":
		show("textDocument/documentSymbol", doc)
	case "find":
		show("workspace/symbol", symbolParams{name})
	case "folding":
		show("textDocument/foldingRange", doc)
	case "hints":
		show("textDocument/inlayHint", whole)
	case "tokens":
		show("textDocument/semanticTokens/full", doc)
	case "select":
		p := c.at(name, arg)
		var ranges []selectionRange
		c.call("textDocument/selectionRange", selectionParams{p.TextDocument, []position{p.Position}}, &ranges)
		for r := &ranges[0]; r != nil; r = r.Parent {
			fmt.Fprintf(out, "%s\n", at0(r.Range))
		}
	case "call":
		show(name, json.RawMessage(arg))
	default:
		c.t.Fatalf("unknown step %q", line)
	}
}

func (c *client) edits(out *strings.Builder, edit *workspaceEdit) {
	for _, uri := range sortedKeys(edit.Changes) {
		for _, e := range edit.Changes[uri] {
			fmt.Fprintf(out, "  %s %s %q\n", uri, at0(e.Range), e.NewText)
		}
	}
}

// at0 formats a range with zero-based lines and characters, as in the protocol.
func at0(s span) string {
	return fmt.Sprintf("%d:%d-%d:%d", s.Start.Line, s.Start.Character, s.End.Line, s.End.Character)
}
