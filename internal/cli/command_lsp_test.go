package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// The language server uses standard input and output, and ends on request.
func TestLanguageServerOnStandardStreams(t *testing.T) {
	var in, out, log bytes.Buffer
	for _, message := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}`,
		`{"jsonrpc":"2.0","id":2,"method":"shutdown"}`,
		`{"jsonrpc":"2.0","method":"exit"}`,
	} {
		fmt.Fprintf(&in, "Content-Length: %d\r\n\r\n%s", len(message), message)
	}
	s := &Streams{In: &in, Out: &out, Err: &log}
	if code := run(t.Context(), s, []string{"lsp", "--stdio"}); code != ExitDone {
		t.Errorf("exit code %d, log %s", code, &log)
	}
	if !strings.Contains(out.String(), `"hoverProvider":true`) || !strings.Contains(out.String(), `{"id":2,"result":null`) {
		t.Errorf("answered %s", &out)
	}
	if code := run(t.Context(), s, []string{"lsp", "rules.json"}); code != ExitUsage {
		t.Errorf("exit code %d for an argument", code)
	}
}
