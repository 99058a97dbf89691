package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
)

// Options are the options of a server.
type Options struct {
	// Version is the version of the program.
	Version string
	// Log receives messages about failures of the server.
	Log io.Writer
}

// Serve answers the requests of one client until the client sends exit, the connection ends or
// ctx is done. Then it closes the stream.
func Serve(ctx context.Context, stream io.ReadWriteCloser, o Options) error {
	return newServer(o).serve(ctx, stream)
}

func newServer(o Options) *server { return &server{options: o, docs: map[string]*document{}} }

func (s *server) serve(ctx context.Context, stream io.ReadWriteCloser) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.ctx, s.stop = ctx, cancel
	s.log = log.New(s.options.Log, "qlik2rego lsp: ", 0)
	handler := jsonrpc2.HandlerWithError(s.handle).SuppressErrClosed()
	s.stream = jsonrpc2.NewBufferedStream(stream, jsonrpc2.VSCodeObjectCodec{})
	conn := jsonrpc2.NewConn(ctx, s.stream, handler, jsonrpc2.SetLogger(s.log))
	select {
	case <-conn.DisconnectNotify():
	case <-ctx.Done():
	}
	_ = conn.Close() // the client may have closed it
	cancel()
	s.background.Wait()
	return nil
}

// server is the state of one connection.
type server struct {
	options Options
	ctx     context.Context
	stop    context.CancelFunc

	log         *log.Logger
	conn        *jsonrpc2.Conn
	stream      jsonrpc2.ObjectStream
	initialized bool
	utf8        bool
	refreshLens bool
	root        string
	snapshot    string
	// createsFiles reports whether the client supports edits that create files.
	createsFiles bool

	// mu guards the following fields, which the background work reads and writes.
	mu     sync.Mutex
	docs   map[string]*document // open, by URI
	closed map[string]*document // rules of the directory that are not open
	site   *site
	checks checks
	reach  map[string]reached
	// turn counts the background runs: only the result of the latest one is published.
	turn       int
	background sync.WaitGroup
	running    sync.Mutex
}

type handler func(*server, *json.RawMessage) (any, error)

// on returns a handler that decodes the parameters of a method to T.
func on[T any](answer func(*server, T) (any, error)) handler {
	return func(s *server, raw *json.RawMessage) (any, error) {
		params, err := decode[T](raw)
		if err != nil {
			return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: err.Error()}
		}
		return answer(s, params)
	}
}

// at returns a handler of a method about an open document. It answers null if the document is not
// open.
func at[T any](document func(T) string, answer func(*server, *document, T) (any, error)) handler {
	return on(func(s *server, p T) (any, error) {
		d := s.docs[document(p)]
		if d == nil {
			return nil, nil // it has been closed
		}
		return answer(s, d, p)
	})
}

func ofDocument(p documentParams) string   { return p.TextDocument.URI }
func ofPosition(p positionParams) string   { return p.TextDocument.URI }
func ofRange(p rangeParams) string         { return p.TextDocument.URI }
func ofSelection(p selectionParams) string { return p.TextDocument.URI }
func ofRename(p renameParams) string       { return p.TextDocument.URI }

var handlers = map[string]handler{
	"initialize":                       on((*server).initialize),
	"initialized":                      on((*server).ready),
	"shutdown":                         on(func(*server, struct{}) (any, error) { return nil, nil }),
	"exit":                             on(func(s *server, _ struct{}) (any, error) { s.stop(); return nil, nil }),
	"textDocument/didOpen":             on((*server).didOpen),
	"textDocument/didChange":           on((*server).didChange),
	"textDocument/didSave":             on((*server).didSave),
	"textDocument/didClose":            on((*server).didClose),
	"workspace/didChangeWatchedFiles":  on((*server).didChangeFiles),
	"textDocument/completion":          at(ofPosition, (*server).completion),
	"textDocument/hover":               at(ofPosition, (*server).hover),
	"textDocument/codeLens":            at(ofDocument, (*server).codeLens),
	"textDocument/codeAction":          at(ofRange, (*server).codeAction),
	"textDocument/definition":          at(ofPosition, (*server).definition),
	"textDocument/references":          at(ofPosition, (*server).references),
	"textDocument/prepareRename":       at(ofPosition, (*server).prepareRename),
	"textDocument/rename":              at(ofRename, (*server).rename),
	"textDocument/formatting":          at(ofDocument, (*server).formatting),
	"textDocument/documentSymbol":      at(ofDocument, (*server).documentSymbol),
	"textDocument/foldingRange":        at(ofDocument, (*server).folding),
	"textDocument/selectionRange":      at(ofSelection, (*server).selection),
	"textDocument/inlayHint":           at(ofRange, (*server).inlayHints),
	"textDocument/semanticTokens/full": at(ofDocument, (*server).semanticTokens),
	"workspace/symbol":                 on((*server).workspaceSymbols),
	"workspace/executeCommand":         on((*server).executeCommand),
}

// handle answers one message. The connection calls it in the order of the messages. A panic fails
// the request but does not end the session.
func (s *server) handle(_ context.Context, conn *jsonrpc2.Conn, r *jsonrpc2.Request) (result any, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		if p := recover(); p != nil {
			s.log.Printf("%s failed: %v\n%s", r.Method, p, debug.Stack())
			result, err = nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInternalError, Message: "the request failed; the log of the server says why"}
		}
	}()
	s.conn = conn
	h, ok := handlers[r.Method]
	switch {
	case !ok && r.Notif:
		return nil, nil // LSP: unknown notifications are ignored
	case !ok:
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeMethodNotFound, Message: "the server does not know the method " + r.Method}
	case !s.initialized && r.Method != "initialize" && r.Method != "exit":
		return nil, &jsonrpc2.Error{Code: notInitialized, Message: "the first request must be initialize"}
	}
	result, err = h(s, r.Params)
	var known *jsonrpc2.Error
	if err != nil && !errors.As(err, &known) {
		err = &jsonrpc2.Error{Code: requestFailed, Message: err.Error()}
	}
	return result, err
}

// The error codes that LSP adds to those of JSON-RPC.
const (
	notInitialized = -32002
	requestFailed  = -32803
)

func (s *server) initialize(p initializeParams) (any, error) {
	s.initialized = true
	for _, encoding := range p.Capabilities.General.PositionEncodings {
		s.utf8 = s.utf8 || encoding == "utf-8"
	}
	s.refreshLens = p.Capabilities.Workspace.CodeLens.RefreshSupport
	edits := p.Capabilities.Workspace.WorkspaceEdit
	s.createsFiles = edits.DocumentChanges && slices.Contains(edits.ResourceOperations, "create")
	root := p.RootURI
	if len(p.WorkspaceFolders) > 0 {
		root = p.WorkspaceFolders[0].URI
	}
	if root != "" {
		s.root = pathOf(root)
	}
	s.snapshot = p.InitializationOptions.Snapshot
	encoding := "utf-16"
	if s.utf8 {
		encoding = "utf-8"
	}
	return map[string]any{
		"capabilities": capabilities(encoding, tokenTypes),
		"serverInfo":   map[string]any{"name": "qlik2rego", "version": s.options.Version},
	}, nil
}

// ready reads the directory and the site.
func (s *server) ready(struct{}) (any, error) {
	s.readDirectory()
	s.site = openSite(s.root, s.snapshot)
	s.work()
	return nil, nil
}

func (s *server) didOpen(p documentParams) (any, error) {
	d := newDocument(p.TextDocument.URI, p.TextDocument.Text, p.TextDocument.Version, s.utf8)
	s.docs[d.uri] = d
	delete(s.closed, d.uri)
	s.publish(d)
	s.work()
	return nil, nil
}

func (s *server) didChange(p changeParams) (any, error) {
	d := s.docs[p.TextDocument.URI]
	if d == nil {
		return nil, nil
	}
	changed, err := d.change(p)
	if err != nil {
		return nil, err
	}
	s.docs[d.uri] = changed
	s.publish(changed)
	return nil, nil
}

func (s *server) didSave(documentParams) (any, error) {
	s.work()
	return nil, nil
}

func (s *server) didClose(p documentParams) (any, error) {
	delete(s.docs, p.TextDocument.URI)
	s.notify("textDocument/publishDiagnostics", publishParams{URI: p.TextDocument.URI, Diagnostics: []diagnostic{}})
	s.readDirectory()
	return nil, nil
}

func (s *server) didChangeFiles(struct{}) (any, error) {
	s.readDirectory()
	s.site = openSite(s.root, s.snapshot)
	s.work()
	return nil, nil
}

// notification is a message that expects no response.
type notification struct {
	Version string `json:"jsonrpc"`
	Method  string `json:"method"`
	Params  any    `json:"params"`
}

// notify sends a notification to the client and ignores errors, since the client may have
// disconnected. It writes to the stream itself, which serializes messages: the connection would
// encode, check and copy each message four times, and the diagnostics of a large export take
// almost a megabyte.
func (s *server) notify(method string, params any) {
	_ = s.stream.WriteObject(notification{"2.0", method, params})
}
