package pull

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake"
	"github.com/qlik2rego/qlik2rego/internal/qrs/fake/faketest"
)

// bigSite returns a site with a number of apps, ten times as many objects and a tenth as many users. It needs no
// memory.
func bigSite(b *testing.B, apps int) *faketest.Site {
	site := faketest.Start(b, "real-site", fake.Options{})
	id := func(kind, i int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", kind, i) }
	const common = `"createdDate":"2025-01-01T00:00:00.000Z","modifiedDate":"2025-06-03T16:26:31.225Z","modifiedByUserName":"ACME\\qlikadmin"`
	owner := func(i int) string {
		return fmt.Sprintf(`{"id":"%s","userId":"u%d","userDirectory":"ACME","userDirectoryConnectorName":"ACME","name":"User %d","privileges":null}`, id(1, i%(apps/10)), i%(apps/10), i)
	}
	site.Store.Synthesize("user", &fake.Synthetic{Count: apps / 10, Make: func(b []byte, i int) []byte {
		return fmt.Appendf(b, `{"id":"%s",%s,"customProperties":[],"userId":"u%d","userDirectory":"ACME","name":"User %d","roles":[],"attributes":[{"attributeType":"group","attributeValue":"g%d"}],"inactive":false,"removedExternally":false,"blacklisted":false,"tags":[],"privileges":null,"schemaPath":"User"}`, id(1, i), common, i, i, i%50)
	}})
	site.Store.Synthesize("app", &fake.Synthetic{Count: apps, Make: func(b []byte, i int) []byte {
		return fmt.Appendf(b, `{"id":"%s",%s,"customProperties":[],"owner":%s,"name":"App %d","appId":"","publishTime":"2024-02-05T06:24:04.626Z","published":true,"tags":[],"description":"","stream":{"id":"%s","name":"Stream","privileges":null},"fileSize":1053696,"privileges":null,"schemaPath":"App"}`, id(2, i), common, owner(i), i, id(4, i%100))
	}})
	site.Store.Synthesize("app/object", &fake.Synthetic{Count: 10 * apps, Make: func(b []byte, i int) []byte {
		return fmt.Appendf(b, `{"id":"%s",%s,"owner":%s,"engineObjectType":"sheet","description":"","objectType":"sheet","publishTime":"2024-02-05T06:24:04.626Z","published":true,"approved":true,"tags":[],"sourceObject":"","draftObject":"","name":"Sheet %d","engineObjectId":"%x","contentHash":"0(U5","size":1024,"attributes":"","app":{"id":"%s","name":"App","privileges":null},"privileges":null,"schemaPath":"App.Object"}`, id(3, i), common, owner(i), i, i, id(2, i/10))
	}})
	return site
}

// peak returns the maximum memory of the process in MB; 0 if it is unknown.
func peak() float64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

func apps() int {
	if n, err := strconv.Atoi(os.Getenv("QLIK_PULL_APPS")); err == nil {
		return n
	}
	return 1000
}

// BenchmarkPull pulls a site with QLIK_PULL_APPS apps, by default 1,000; the fake site is in the same process.
func BenchmarkPull(b *testing.B) {
	site := bigSite(b, apps())
	for b.Loop() {
		dir := filepath.Join(b.TempDir(), "repo")
		r, err := Into(b.Context(), site.Client(b), dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(r.Calls), "calls")
		b.ReportMetric(float64(r.Bytes)/1e6, "MB")
		b.ReportMetric(float64(r.Manifest.Count()), "entities")
	}
	b.ReportMetric(peak(), "peak-MB")
}

// BenchmarkFakeAlone reads the same lists and discards them, to measure the share of the fake site.
func BenchmarkFakeAlone(b *testing.B) {
	site := bigSite(b, apps())
	for b.Loop() {
		client := site.Client(b)
		for _, path := range []string{"user", "app", "app/object"} {
			if err := discard(b, client, path); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(peak(), "peak-MB")
}

func discard(b *testing.B, client *qrs.Client, path string) error {
	body, err := client.Raw(b.Context(), path)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, body)
	return errors.Join(err, body.Close())
}
