package pdp_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// process is a server in a separate process.
type process struct {
	address string
	stat    string // where the system reports its processor time
}

// ran returns the processor time of the process, 0 if the system does not report it.
func (p *process) ran() time.Duration {
	stat, err := os.ReadFile(p.stat)
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// run runs a server until the end of the benchmark. %s in the arguments is its address.
func run(b *testing.B, health, program string, args ...string) *process {
	b.Helper()
	l := listenLoopback(b)
	address := l.Addr().String()
	_ = l.Close()
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "%s", address)
	}
	var output bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	p := &process{address, fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid)}
	for deadline := time.Now().Add(2 * time.Minute); ; {
		a, err := http.Get("http://" + address + health)
		if err == nil {
			_ = a.Body.Close()
			if a.StatusCode == http.StatusOK {
				return p
			}
		}
		if time.Now().After(deadline) {
			b.Fatalf("%s does not become ready: %v\n%s", program, err, output.String())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// connection is a persistent connection to a server. Its client does as little as possible, because its
// time is part of the measurement.
type connection struct {
	net.Conn
	answers *bufio.Reader
}

func (p *process) connect(b *testing.B) *connection {
	c, err := net.Dial("tcp", p.address)
	if err != nil {
		b.Fatal(err)
	}
	return &connection{c, bufio.NewReader(c)}
}

func (c *connection) ask(b *testing.B, path, body string) string {
	_, err := fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
	if err != nil {
		b.Error(err)
		return ""
	}
	a, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		b.Error(err)
		return ""
	}
	answer, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode != http.StatusOK {
		b.Errorf("%d %s %v", a.StatusCode, answer, err)
	}
	return string(answer)
}

// load sends requests from a number of clients for a time, each of them one after the other, and returns
// the times of all answers.
func (p *process) load(b *testing.B, clients int, d time.Duration, question func(i int) (path, body string)) []time.Duration {
	var mu sync.Mutex
	var all []time.Duration
	var g sync.WaitGroup
	end := time.Now().Add(d)
	for n := range clients {
		c := p.connect(b)
		g.Go(func() {
			defer func() { _ = c.Close() }()
			var took []time.Duration
			r := rand.New(rand.NewPCG(uint64(n), uint64(d)))
			for {
				path, body := question(r.IntN(1 << 20))
				now := time.Now()
				if !now.Before(end) || b.Failed() {
					break
				}
				c.ask(b, path, body)
				took = append(took, time.Since(now))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
		})
	}
	g.Wait()
	return all
}

func quantile(all []time.Duration, q float64) float64 {
	slices.Sort(all)
	return float64(all[int(q*float64(len(all)-1))]) / float64(time.Microsecond)
}

const busyApps = 100_000

func busyQuestion(i int) string {
	return fmt.Sprintf(`"subject":{"type":"user","id":%s},"action":{"name":"read"},"resource":{"type":"App","id":"%s"},"context":{"request_context":"hub"}`,
		text(busyUser(i/7)), busyApp(i, busyApps))
}

// BenchmarkBesideStockOPA runs serve and the stock server of the same version of OPA as processes with
// the same bundle, and sends the same requests to both in turn, half a second each. faster is the
// ratio of evaluations per second; p99 and p99-stock are in microseconds; batch is the time of a batch
// of a hundred different apps in evaluations, and batch-cpu its processor time. A search selects from a
// hundred thousand apps, for a new subject.
func BenchmarkBesideStockOPA(b *testing.B) {
	bundle, dir := busySite(b, busyApps), b.TempDir()
	own := filepath.Join(dir, "qlik2rego")
	if out, err := exec.Command("go", "build", "-o", own, "../../cmd/qlik2rego").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	opa, err := exec.Command("go", "tool", "-n", "opa").Output()
	if err != nil {
		b.Fatal(err)
	}
	ours := run(b, "/health/ready", own, "serve", "-b", bundle, "--listen", "%s")
	stock := run(b, "/health?bundles", strings.TrimSpace(string(opa)), "run", "--server", "--skip-version-check", "--log-level=error", "--addr", "%s", "--bundle", bundle)
	ourQuestion := func(i int) (string, string) { return evaluation, "{" + busyQuestion(i) + "}" }
	stockQuestion := func(i int) (string, string) {
		return "/v1/data/qlik/authz/decision", `{"input":{` + busyQuestion(i) + "}}"
	}
	one, other := ours.connect(b), stock.connect(b)
	for i := range 300 {
		_, q := ourQuestion(i * 31)
		path, s := stockQuestion(i * 31)
		a, o := one.ask(b, evaluation, q), other.ask(b, path, s)
		if strings.Contains(a, `"decision":true`) != strings.Contains(o, `"allow":true`) {
			b.Fatalf("%s\n%s\n%s", q, a, o)
		}
	}
	const slice = 500 * time.Millisecond
	for _, clients := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			var us, them []time.Duration
			ourTime, theirTime := ours.ran(), stock.ran()
			for b.Loop() {
				us = append(us, ours.load(b, clients, slice, ourQuestion)...)
				them = append(them, stock.load(b, clients, slice, stockQuestion)...)
			}
			b.ReportMetric(float64(len(us))/float64(len(them)), "faster")
			ourTime, theirTime = (ours.ran()-ourTime)/time.Duration(len(us)), (stock.ran()-theirTime)/time.Duration(len(them))
			b.ReportMetric(float64(ourTime)/1000, "cpu")
			b.ReportMetric(float64(theirTime)/1000, "cpu-stock")
			b.ReportMetric(float64(len(us))/(float64(b.N)*slice.Seconds()), "evaluations/s")
			b.ReportMetric(quantile(us, 0.5), "p50")
			b.ReportMetric(quantile(them, 0.5), "p50-stock")
			b.ReportMetric(quantile(us, 0.99), "p99")
			b.ReportMetric(quantile(them, 0.99), "p99-stock")
		})
	}
	i, first := 0, time.Duration(0)
	b.Run("search", func(b *testing.B) {
		var took []time.Duration
		for b.Loop() {
			i++
			begun := time.Now()
			one.ask(b, searchResource, fmt.Sprintf(`{"subject":{"type":"user","id":%s},"action":{"name":"read"},"resource":{"type":"App"}}`, text(busyUser(i*13))))
			took = append(took, time.Since(begun))
			if i == 1 {
				first = took[0]
			}
		}
		b.ReportMetric(float64(first)/float64(time.Millisecond), "first-ms")
		b.ReportMetric(quantile(took, 0.5)/1000, "p50-ms")
		b.ReportMetric(quantile(took, 0.99)/1000, "p99-ms")
	})
	b.Run("batch=100", func(b *testing.B) {
		var one, hundred []time.Duration
		batch := func(i int) (string, string) {
			var items []string
			for n := range 100 {
				items = append(items, fmt.Sprintf(`{"resource":{"type":"App","id":"%s"}}`, busyApp(i+n, busyApps)))
			}
			return evaluations, "{" + busyQuestion(i) + `,"evaluations":[` + strings.Join(items, ",") + "]}"
		}
		var ofOne, ofHundred time.Duration
		for b.Loop() {
			t0 := ours.ran()
			one = append(one, ours.load(b, 1, slice, ourQuestion)...)
			t1 := ours.ran()
			hundred = append(hundred, ours.load(b, 1, slice, batch)...)
			ofOne, ofHundred = ofOne+t1-t0, ofHundred+ours.ran()-t1
		}
		b.ReportMetric(float64(ofHundred)/float64(len(hundred))/(float64(ofOne)/float64(len(one))), "batch-cpu")
		b.ReportMetric(quantile(hundred, 0.5)/quantile(one, 0.5), "batch")
		b.ReportMetric(quantile(hundred, 0.5), "p50")
	})
}
