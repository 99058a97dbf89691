package lsp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sourcegraph/jsonrpc2"
)

const benchmarkRules = 1000

// rulesOfBenchmark returns a thousand rules with all fields that an export of a site has.
func rulesOfBenchmark() []map[string]any {
	var rules []map[string]any
	for i := range benchmarkRules {
		rules = append(rules, map[string]any{
			"id": fmt.Sprintf("%08d-0000-4000-8000-000000000000", i), "name": fmt.Sprintf("Rule %d", i), "category": "Security", "type": "Custom",
			"ruleContext": 0, "actions": 2, "resourceFilter": "App_*", "disabled": false, "comment": "Users of a region see the apps of their region",
			"createdDate": "2017-07-28T09:59:30.717Z", "modifiedDate": "2017-07-28T09:59:30.717Z", "modifiedByUserName": "INTERNAL\\sa_repository",
			"seedId": "00000000-0000-0000-0000-000000000000", "version": 3, "tags": []any{}, "privileges": nil, "impactSecurityAccess": false,
			"schemaPath": "SystemRule",
			"rule":       fmt.Sprintf("resource.stream.HasPrivilege(\"read\")\nand user.group = \"Group %d\"\nand resource.@Region = user.@Region", i),
		})
	}
	return rules
}

// BenchmarkKeystroke replays a session: it types a character into the condition of one rule of a thousand, and
// measures the time until the diagnostics arrive. Either one rule is open as a separate file, or all are in one
// export.
func BenchmarkKeystroke(b *testing.B) {
	rules := rulesOfBenchmark()
	b.Run("files", func(b *testing.B) {
		dir := b.TempDir()
		text := ""
		for i, r := range rules {
			text = fmt.Sprintf("---\nname: %s\nid: %s\nfilter: App_*\nactions: [read]\n---\n%s\n", r["name"], r["id"], r["rule"])
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("rule-%d.qrule", i)), []byte(text), 0o644); err != nil {
				b.Fatal(err)
			}
		}
		keystrokes(b, dir, fmt.Sprintf("rule-%d.qrule", benchmarkRules-1), text)
	})
	b.Run("export", func(b *testing.B) {
		export, err := json.MarshalIndent(rules, "", "  ")
		if err != nil {
			b.Fatal(err)
		}
		keystrokes(b, b.TempDir(), "rules.json", string(export))
	})
}

func keystrokes(b *testing.B, dir, name, text string) {
	arrived := make(arrivals, 1000)
	c := newClientWith(b, dir, `{}`, arrived)
	c.open(name, text)
	c.settle()
	for len(arrived) > 0 {
		<-arrived
	}
	at := newDocument(c.uri(name), text, 0, false).position(strings.LastIndex(text, "user.@Region"))
	change := func(end position, typed string) {
		c.notify("textDocument/didChange", map[string]any{
			"textDocument":   textDocument{URI: c.uri(name), Version: 2},
			"contentChanges": []any{map[string]any{"range": span{at, end}, "text": typed}},
		})
		<-arrived
	}
	b.ResetTimer()
	for range b.N {
		change(at, "x")
		b.StopTimer()
		change(position{at.Line, at.Character + 1}, "")
		b.StartTimer()
	}
}

// arrivals is the codec of an editor that records the arrival of diagnostics without decoding them: the editor's
// work is not part of the measured time.
type arrivals chan struct{}

func (arrivals) WriteObject(stream io.Writer, v any) error {
	return jsonrpc2.VSCodeObjectCodec{}.WriteObject(stream, v)
}

func (a arrivals) ReadObject(stream *bufio.Reader, v any) error {
	for {
		header, err := textproto.NewReader(stream).ReadMIMEHeader()
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			return err
		}
		body := make([]byte, n)
		if _, err := io.ReadFull(stream, body); err != nil {
			return err
		}
		if !bytes.Contains(body[:min(n, 100)], []byte("publishDiagnostics")) {
			return json.Unmarshal(body, v)
		}
		select {
		case a <- struct{}{}:
		default: // the previous arrival was not received yet
		}
	}
}
