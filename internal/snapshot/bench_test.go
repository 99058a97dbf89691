package snapshot

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/test/heap"
)

// generate writes a site with a number of app objects: ten per app, a hundred per user, with the fields of full
// entities of the repository service.
func generate(tb testing.TB, dir string, objects int) {
	tb.Helper()
	apps, users, streams := max(objects/10, 1), max(objects/100, 1), max(objects/1000, 1)
	id := func(kind, n int) string {
		h := uint64(n+1)*0x9e3779b97f4a7c15 ^ uint64(kind)<<60
		return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", h>>32, h>>16&0xffff, h&0xfff, kind, n)
	}
	user := func(n int) string {
		return fmt.Sprintf(`{"id":"%s","userId":"user%d","userDirectory":"ACME","name":"User %d","privileges":null}`, id(1, n), n, n)
	}
	stream := func(n int) string {
		return fmt.Sprintf(`{"id":"%s","name":"Stream %d","privileges":null}`, id(2, n), n)
	}
	const dates = `"createdDate":"2017-07-28T09:59:30.717Z","modifiedDate":"2021-03-04T05:06:07.890Z","modifiedByUserName":"ACME\\bootstrap"`
	write := func(name string, n int, entity func(n int) string) {
		file, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			tb.Fatal(err)
		}
		out := bufio.NewWriterSize(file, 1<<20)
		separator := "["
		for i := range n {
			fmt.Fprint(out, separator, entity(i))
			separator = ",\n"
		}
		fmt.Fprint(out, "]")
		if err := out.Flush(); err != nil {
			tb.Fatal(err)
		}
		if err := file.Close(); err != nil {
			tb.Fatal(err)
		}
	}
	write("user.json", users, func(n int) string {
		return fmt.Sprintf(`{"id":"%s",%s,"customProperties":[],"userId":"user%d","userDirectory":"ACME","name":"User %d","roles":[],`+
			`"attributes":[{"attributeType":"group","attributeValue":"Group %d"},{"attributeType":"group","attributeValue":"Everyone"}],"schemaPath":"User"}`,
			id(1, n), dates, n, n, n%100)
	})
	write("stream.json", streams, func(n int) string {
		return fmt.Sprintf(`{"id":"%s",%s,"customProperties":[{"value":"Group %d","definition":{"name":"GroupAccess"}}],"owner":%s,"name":"Stream %d","tags":[],"schemaPath":"Stream"}`,
			id(2, n), dates, n%100, user(n%users), n)
	})
	write("app.json", apps, func(n int) string {
		return fmt.Sprintf(`{"id":"%s",%s,"customProperties":[],"owner":%s,"name":"App %d","appId":"","publishTime":"2019-01-01T00:00:00.000Z","published":true,"tags":[],`+
			`"description":"","stream":%s,"fileSize":123456,"lastReloadTime":"1753-01-01T00:00:00.000Z","thumbnail":"","schemaPath":"App"}`,
			id(3, n), dates, user(n%users), n, stream(n%streams))
	})
	write("app.object.json", objects, func(n int) string {
		return fmt.Sprintf(`{"id":"%s",%s,"owner":%s,"name":"Sheet %d","engineObjectType":"sheet","description":"","attributes":"","objectType":"sheet",`+
			`"publishTime":"1753-01-01T00:00:00.000Z","published":%t,"approved":false,"tags":[],"sourceObject":"","draftObject":"",`+
			`"app":{"id":"%s","name":"App %d","appId":"","publishTime":"2019-01-01T00:00:00.000Z","published":true,"stream":%s,"savedInProductVersion":"12.16.1","migrationHash":"","availabilityStatus":0,"privileges":null},`+
			`"size":1234,"engineObjectId":"%s","contentHash":"6!6#56","schemaPath":"App.Object"}`,
			id(4, n), dates, user(n%users), n, n%2 == 0, id(3, n/10), n/10, stream(n/10%streams), id(5, n))
	})
}

// usualView is the view of typical rules.
func usualView() schema.View {
	v := schema.View{}
	for key, names := range map[string][]string{"app": {"name", "published"}, "app.object": {"name", "objecttype", "published", "approved"}, "stream": {"name"}} {
		for _, name := range names {
			v.Of(key).Scalars[name] = schema.Folded
		}
		v.Of(key).Relations["owner"] = schema.Relation{Name: "owner", Target: "User"}
	}
	v.Of("app").Relations["stream"] = schema.Relation{Name: "stream", Target: "Stream"}
	v.Of("app.object").Relations["app"] = schema.Relation{Name: "app", Target: "App"}
	v.Of("stream").Lists["@groupaccess"] = schema.Folded
	v.Of("user").Lists["group"] = schema.Folded
	v.Of("user").Lists["roles"] = schema.Folded
	return v
}

// BenchmarkSnapshot projects sites with ten objects per app to the view of typical rules. It reports the speed in
// bytes of input, some of which is read twice, and the maximum heap.
func BenchmarkSnapshot(b *testing.B) {
	for _, objects := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("objects=%d", objects), func(b *testing.B) {
			if testing.Short() && objects > 100_000 {
				b.Skip("a million objects take some seconds and a gigabyte of disk")
			}
			dir := b.TempDir()
			generate(b, dir, objects)
			var size int64
			b.ReportAllocs()
			watch := heap.Watch()
			for b.Loop() {
				b.StopTimer()
				runtime.GC() // remove the garbage of the previous run
				b.StartTimer()
				s, found := Open(dir, nil)
				written, err := s.Project(context.Background(), usualView(), io.Discard, nil)
				if err != nil || len(found)+len(written) > 0 {
					b.Fatal(err, found, written)
				}
				size = 0
				for _, f := range s.files {
					size += f.size
				}
			}
			b.SetBytes(size)
			b.ReportMetric(float64(watch())/1e6, "peak-MB")
		})
	}
}
