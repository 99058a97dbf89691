package pdp_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
	"github.com/qlik2rego/qlik2rego/internal/pdp/callers"
	"github.com/qlik2rego/qlik2rego/internal/pdp/management"
)

// granting is a policy whose decisions name rules, with masks.
func granting(masks string) map[string]string {
	return map[string]string{
		".manifest": `{"revision":"g1","roots":["granting","system/log"],"rego_version":1}`,
		"policy.rego": `package granting

default allow := false

allow if input.resource.id == "record-1"

decision := {"allow": true, "reason": "granted", "granted_by": {"rule-b", "rule-a"}} if allow

decision := {"allow": false, "reason": "no_rule", "granted_by": set()} if not allow

resources contains {"type": "record", "id": id} if some id in ["record-1", "record-2"]
`,
		"masks.rego": "package system.log\n\n" + masks,
	}
}

func grantingConfig(t testing.TB, yaml, masks string) pdp.Config {
	cfg := withOPA(t, yaml)
	cfg.EntryPoint = "granting"
	cfg.Bundles = []string{packFiles(t, granting(masks))}
	return cfg
}

const reporting = "reporting: {min_delay_seconds: 1, max_delay_seconds: 1}"

func (p *plane) logging() string {
	return fmt.Sprintf("services: {plane: {url: %q}}\ndecision_logs: {service: plane, resource: /logs, %s}\n", p.url, reporting)
}

const aSecret = "a-very-secret-token"

// TestDecisionLog checks that the server receives every decision with its rules.
func TestDecisionLog(t *testing.T) {
	s := newPlane(t)
	cfg := grantingConfig(t, s.logging(), "drop if input.path == \"nothing\"\n")
	list, err := callers.ParseList([]byte("portal evaluate,search token " + aSecret + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Callers, cfg.Terse = list, true
	p := start(t, cfg)
	headers := []string{"Authorization: Bearer " + aSecret, "X-Request-ID: request-7"}
	p.post(evaluation, good, headers...)
	p.post(evaluation, about("record-2"), headers...)
	p.post(evaluation, "{", headers...) // not a decision
	batch := strings.TrimSuffix(good, "}") + `,"options":{"evaluations_semantic":"deny_on_first_deny"},"evaluations":[{},{"resource":1},{},{}]}`
	p.post(evaluations, batch, headers...)
	p.post(evaluations, strings.TrimSuffix(good, "}")+`,"evaluations":[{},{"resource":{"type":"record","id":"record-2"}}]}`, headers...)
	p.post(searchResource, asked(""), headers...)
	p.end() // uploads the remaining decisions

	got := s.decisions()
	if len(got) != 7 {
		t.Fatalf("%d entries: %s", len(got), s.received("/logs"))
	}
	ids := map[string]bool{}
	for i, d := range got {
		ids[d.DecisionID] = true
		if d.Bundles[cfg.Bundles[0]].Revision != "g1" || d.Custom["caller"] != "portal" || d.Custom["request_id"] != "request-7" {
			t.Errorf("entry %d: %+v", i, d)
		}
	}
	if len(ids) != 7 {
		t.Errorf("ids repeat: %v", ids)
	}
	first := got[0]
	if !first.Result.Allow || !slices.Equal(first.Result.GrantedBy, []string{"rule-a", "rule-b"}) || first.Result.Reason != "granted" ||
		first.Path != "granting/decision" || text(first.RuleLabels) != `[{"id":"rule-a"},{"id":"rule-b"}]` || first.Custom["api"] != "evaluation" {
		t.Errorf("%+v", first)
	}
	if want := `{"action":{"name":"read"},"resource":{"id":"record-1","type":"record"},"subject":{"id":"alice","type":"user"}}`; text(first.Input) != want {
		t.Errorf("the input is %s, want %s", text(first.Input), want)
	}
	if got[1].Result.Allow || got[1].Result.Reason != "no_rule" || got[1].BatchDecisionID != "" {
		t.Errorf("%+v", got[1])
	}
	// A batch that ends at its second item, which could not be parsed.
	if !got[2].Result.Allow || got[3].Result.Allow || got[3].Error == nil || got[3].Input != nil || got[2].BatchDecisionID == "" {
		t.Errorf("%+v", got[2:4])
	}
	if got[4].BatchDecisionID != got[5].BatchDecisionID || got[4].BatchDecisionID == got[2].BatchDecisionID || !got[4].Result.Allow || got[5].Result.Allow {
		t.Errorf("%+v", got[4:6])
	}
	if got[6].Path != "granting/search/resource" || !slices.Equal(got[6].Result.Results, []string{"record-1"}) {
		t.Errorf("%+v", got[6])
	}
	if all := s.received("/logs") + p.log.String(); strings.Contains(all, aSecret) {
		t.Errorf("the token is in a log:\n%s", all)
	}
}

// TestLargeBatches checks that the log does not multiply what the items of a batch share.
func TestLargeBatches(t *testing.T) {
	s := newPlane(t)
	p := start(t, grantingConfig(t, s.logging(), ""))
	const filling = 200_000
	request := strings.Replace(good, `"id":"alice"`, `"id":"alice","properties":{"filling":"`+noise(filling)+`"}`, 1)
	p.post(evaluation, request)
	p.post(evaluations, strings.TrimSuffix(request, "}")+`,"context":{"a":"b"},"evaluations":[`+strings.Repeat("{},", 199)+`{}]}`)
	p.end()
	got := s.decisions()
	if len(got) != 201 || len(text(got[0].Input)) < filling || got[0].Custom["left_out"] != nil {
		t.Fatalf("%d entries, the first of %d bytes", len(got), len(text(got[0].Input)))
	}
	for i, d := range got[1:] {
		if want := `{"action":{"name":"read"},"resource":{"id":"record-1","type":"record"},"subject":{"id":"alice","type":"user"}}`; text(d.Input) != want || d.Custom["left_out"] != "properties and context" {
			t.Fatalf("item %d: %.300s", i, text(d.Input))
		}
	}
}

// TestMasks checks that the bundle's mask rules hide and drop values, also after a swap.
func TestMasks(t *testing.T) {
	s := newPlane(t)
	cfg := grantingConfig(t, s.logging(), `mask contains "/input/subject/id"

mask contains {"op": "upsert", "path": "/input/resource/id", "value": concat("", ["masked by ", data.granting.name])}

drop if input.input.resource.id == "record-2"
`)
	files := granting("mask contains \"/input/subject\"\n")
	named := unpack(t, read(t, cfg.Bundles[0]))
	named["granting/data.json"] = `{"name":"data"}`
	replace(t, cfg.Bundles[0], archive(named))
	p := start(t, cfg)
	p.post(evaluation, good)
	p.post(evaluation, about("record-2"))
	files[".manifest"] = strings.Replace(files[".manifest"], "g1", "g2", 1)
	replace(t, cfg.Bundles[0], archive(files))
	p.ready("g2")
	p.post(evaluation, good)
	p.end()
	got := s.decisions()
	if len(got) != 2 {
		t.Fatalf("%d entries: %s", len(got), s.received("/logs"))
	}
	if want := `{"action":{"name":"read"},"resource":{"id":"masked by data","type":"record"},"subject":{"type":"user"}}`; text(got[0].Input) != want {
		t.Errorf("%s, want %s", text(got[0].Input), want)
	}
	if want := `{"action":{"name":"read"},"resource":{"id":"record-1","type":"record"}}`; text(got[1].Input) != want || len(got[1].Erased) != 1 {
		t.Errorf("%s, want %s", text(got[1].Input), want)
	}
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestMasksFromServer checks masks in a separate bundle.
func TestMasksFromServer(t *testing.T) {
	s := newPlane(t)
	s.put("main", archive(twin("r1", "r1")))
	s.put("masks", archive(map[string]string{
		".manifest":  `{"revision":"m1","roots":["system/log"],"rego_version":1}`,
		"masks.rego": "package system.log\n\nmask contains \"/input/subject/id\"\n",
	}))
	p := start(t, withOPA(t, s.bundlesOf("main", "masks")+"decision_logs: {service: plane, "+reporting+"}\n"))
	p.ready("r1+m1")
	p.post(evaluation, good)
	s.put("main", archive(twin("r2", "r2")))
	p.ready("r2+m1")
	p.post(evaluation, good)
	p.end()
	got := s.decisions()
	if len(got) != 2 {
		t.Fatalf("%d entries: %s", len(got), s.received("/logs"))
	}
	for i, d := range got {
		if strings.Contains(text(d.Input), "alice") || d.Bundles["main"].Revision != fmt.Sprintf("r%d", i+1) || d.Bundles["masks"].Revision != "m1" {
			t.Errorf("entry %d: %+v", i, d)
		}
	}
}

// TestDecisionsToConsoleAndFile checks that the log consists of lines of JSON.
func TestDecisionsToConsoleAndFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "decisions.log")
	cfg := grantingConfig(t, "plugins: {file_logger: {path: "+strconv.Quote(file)+"}}\ndecision_logs: {console: true, plugin: file_logger}\nstatus: {console: true}\n", "")
	console := &lockedBuffer{}
	cfg.Console = console
	p := start(t, cfg)
	p.post(evaluation, good)
	eventually(t, "the status is reported", func() bool { return strings.Contains(console.String(), `"msg":"Status Log"`) })
	p.end()
	for name, written := range map[string]string{"console": console.String(), "file": string(read(t, file))} {
		found := false
		for line := range strings.Lines(written) {
			var entry struct {
				logged
				Msg, Type string
			}
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				t.Fatalf("%s: %s: %v", name, line, err)
			}
			found = found || entry.Msg == "Decision Log" && slices.Equal(entry.Result.GrantedBy, []string{"rule-a", "rule-b"}) && entry.Type == "openpolicyagent.org/decision_logs"
		}
		if !found {
			t.Errorf("%s: no decision in\n%s", name, written)
		}
	}
}

// TestFullDisk has no space for the log: decisions continue, and the failure is reported.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("there is no /dev/full here: ", err)
	}
	cfg := grantingConfig(t, "plugins: {file_logger: {path: /dev/full}}\ndecision_logs: {plugin: file_logger}\n", "")
	p := start(t, cfg)
	for i := range 3 {
		if a := p.post(evaluation, good); a.status != 200 || !strings.Contains(a.body, `"decision":true`) {
			t.Errorf("request %d: %d %s", i, a.status, a.body)
		}
	}
	if a := p.says("decision_logs: 3 decisions could not be logged"); a.status != 200 {
		t.Errorf("%d %s", a.status, a.body)
	}
	p.counts("qlik2rego_decisions_unlogged_total", "3")
	p.logs("no space left on device")
}

// TestLogServerAway checks that the waiting decisions are limited, and are sent later.
func TestLogServerAway(t *testing.T) {
	s := newPlane(t)
	s.refusePosts(true)
	const bound = 4000
	cfg := grantingConfig(t, fmt.Sprintf("services: {plane: {url: %q}}\ndecision_logs: {service: plane, reporting: {min_delay_seconds: 1, max_delay_seconds: 1, upload_size_limit_bytes: 1000, buffer_size_limit_bytes: %d}}\n", s.url, bound), "")
	p := start(t, cfg)
	item := `{"resource":{"type":"record","id":"record-1","properties":{"filling":"%d"}}}`
	items := make([]string, 500)
	for i := range items {
		items[i] = fmt.Sprintf(item, i*7919)
	}
	body := strings.TrimSuffix(good, "}") + `,"evaluations":[` + strings.Join(items, ",") + "]}"
	for range 4 {
		if a := p.post(evaluations, body); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	eventually(t, "entries are dropped", func() bool {
		return p.metric(`qlik2rego_decision_log_events_total{event="dropped_buffer_size_limit_bytes_exceeded"}`) != ""
	})
	eventually(t, "uploads are refused", func() bool {
		return s.count("refused") > 0 && p.metric(`qlik2rego_decision_log_events_total{event="chunks_upload_failed"}`) != ""
	})
	p.says("decision_logs: the last upload has failed")
	p.counts("qlik2rego_decision_log_upload_failing", "1")
	s.refusePosts(false)
	eventually(t, "what waited is sent", func() bool { return len(s.decisions()) > 0 })
	p.well()
	p.end()
	if n := len(s.decisions()); n > 1000 {
		t.Errorf("%d of 2000 entries arrived from a buffer for fewer", n)
	}
}

// TestLostDecisions has a log server that accepts nothing until the end: this must not be a success.
func TestLostDecisions(t *testing.T) {
	s := newPlane(t)
	s.refusePosts(true)
	cfg := grantingConfig(t, s.logging(), "")
	cfg.Limits.Drain = time.Second
	p := start(t, cfg)
	p.post(evaluation, good)
	p.client.CloseIdleConnections()
	p.stop()
	if err := <-p.done; !errors.Is(err, management.ErrLost) {
		t.Errorf("it ended with %v", err)
	}
	p.done <- nil
}

// TestFileIsCutShort has another program copy and truncate the file of decisions (copytruncate): later
// lines are at the beginning of the file.
func TestFileIsCutShort(t *testing.T) {
	file := filepath.Join(t.TempDir(), "decisions.log")
	p := start(t, grantingConfig(t, "plugins: {file_logger: {path: "+strconv.Quote(file)+"}}\ndecision_logs: {plugin: file_logger}\n", ""))
	p.post(evaluation, good)
	eventually(t, "the decision is in the file", func() bool { return exists(file) && len(read(t, file)) > 0 })
	if err := os.Truncate(file, 0); err != nil {
		t.Fatal(err)
	}
	p.post(evaluation, good)
	p.end()
	if text := string(read(t, file)); !strings.HasPrefix(text, "{") || strings.Count(text, "Decision Log") != 1 {
		t.Errorf("the file holds %q", text)
	}
}

// TestStatus reports bundles to the server.
func TestStatus(t *testing.T) {
	s := newPlane(t)
	s.put("main", archive(twin("r1", "r1")))
	p := start(t, withOPA(t, s.bundlesOf("main")+"status: {service: plane, prometheus: true}\nlabels: {region: north}\n"))
	p.ready("r1")
	reported := func(what ...string) func() bool {
		return func() bool {
			for line := range strings.SplitSeq(s.received("/status"), `{"labels"`) {
				if !slices.ContainsFunc(what, func(w string) bool { return !strings.Contains(line, w) }) {
					return true
				}
			}
			return false
		}
	}
	eventually(t, "the bundle is reported", reported(`"active_revision":"r1"`, `"region":"north"`, `"state":"OK"`))
	s.put("main", []byte("rubbish"))
	eventually(t, "the failure is reported", reported(`"active_revision":"r1"`, `"code":"bundle_error"`))
	eventually(t, "OPA's own metric counts", func() bool { got := p.metric(`bundle_loaded_counter{name="main"}`); return got != "" && got != "0" })
	p.counts(`qlik2rego_bundle_source_failing{bundle="main"}`, "1")
}

// TestTracesByGRPC sends spans to a collector that speaks gRPC, over TLS with
// certificates on both sides.
func TestTracesByGRPC(t *testing.T) {
	ca := newAuthority(t)
	cert, key := ca.issue(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	var spans lockedBuffer
	secure := credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert})
	collector := grpc.NewServer(grpc.Creds(secure), grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		var request, answer emptypb.Empty // keeps unknown fields of a message
		if err := stream.RecvMsg(&request); err != nil {
			return err
		}
		method, _ := grpc.MethodFromServerStream(stream)
		_, _ = fmt.Fprintf(&spans, "%s %s", method, request.ProtoReflect().GetUnknown())
		return stream.SendMsg(&answer)
	}))
	l := listenLoopback(t)
	go func() { _ = collector.Serve(l) }()
	t.Cleanup(collector.Stop)
	cfg := grantingConfig(t, fmt.Sprintf("distributed_tracing: {type: grpc, address: %q, encryption: mtls, tls_ca_cert_file: %q, tls_cert_file: %q, tls_private_key_file: %q, batch_span_processor_options: {max_queue_size: 10, max_export_batch_size: 10, export_timeout_ms: 60000}, resource: {service_version: v7}}\n", l.Addr(), ca.pem, cert, key), "")
	p := start(t, cfg)
	p.post(evaluation, good)
	p.end() // sends the remaining spans
	for _, want := range []string{"/opentelemetry.proto.collector.trace.v1.TraceService/Export", "qlik2rego", evaluation, "v7"} {
		if !strings.Contains(spans.String(), want) {
			t.Errorf("no %s in what was sent: %q", want, spans.String())
		}
	}
}

// TestTraces checks that a request gives a span in the caller's trace, whose id is in the decision log.
func TestTraces(t *testing.T) {
	s := newPlane(t)
	collector := strings.TrimPrefix(s.url, "http://")
	cfg := grantingConfig(t, s.logging()+"distributed_tracing: {type: http, address: '"+collector+"', service_name: the-pdp, batch_span_processor_options: {batch_timeout_ms: 50}}\n", "")
	p := start(t, cfg)
	const trace = "0af7651916cd43dd8448eb211c80319c"
	p.post(evaluation, good, "traceparent: 00-"+trace+"-b7ad6b7169203331-01", "Authorization: Bearer "+aSecret)
	id := []byte{0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c}
	eventually(t, "the span arrives", func() bool {
		spans := []byte(s.received("/v1/traces"))
		return bytes.Contains(spans, id) && bytes.Contains(spans, []byte("the-pdp")) && bytes.Contains(spans, []byte(evaluation))
	})
	p.end()
	if got := s.decisions(); len(got) != 1 || got[0].TraceID != trace {
		t.Errorf("%+v", got)
	}
	if strings.Contains(s.received("/v1/traces"), aSecret) {
		t.Error("the token is in a span")
	}
}
