package main

import (
	"strings"
	"testing"
)

func TestSummarize(t *testing.T) {
	const (
		passed  = `{"Action":"output","Package":"a","Test":"TestA","Output":"=== RUN   TestA\n"}` + "\n" + `{"Action":"pass","Package":"a","Test":"TestA"}` + "\n"
		skipped = `{"Action":"output","Package":"a","Test":"TestB","Output":"    b_test.go:7: QLIK_CORPUS is not set\n"}` + "\n" + `{"Action":"skip","Package":"a","Test":"TestB"}` + "\n"
		other   = `{"Action":"output","Package":"b","Test":"TestC","Output":"    c_test.go:7: no browser\n"}` + "\n" + `{"Action":"skip","Package":"b","Test":"TestC"}` + "\n"
		failed  = `{"Action":"output","Package":"a","Test":"TestD","Output":"    d_test.go:9: wrong\n"}` + "\n" + `{"Action":"fail","Package":"a","Test":"TestD"}` + "\n"
		panics  = `{"Action":"output","Package":"a","Test":"TestE","Output":"panic: out of cheese\n"}` + "\n" + `{"Action":"output","Package":"a","Output":"FAIL\ta\n"}` + "\n" + `{"Action":"fail","Package":"a"}` + "\n"
		result  = `{"Action":"output","Package":"a","Output":"ok  \ta\t0.1s\n"}` + "\n"
		noTests = `{"Action":"skip","Package":"c"}` + "\n"
	)
	for name, c := range map[string]struct {
		in, want string
		failed   bool
	}{
		"passed":              {passed + result, "ok  \ta\t0.1s\nno test was skipped\n", false},
		"skipped, most first": {other + skipped + skipped + noTests, "3 skipped (2: QLIK_CORPUS is not set; 1: no browser)\n", false},
		"failed":              {failed, "    d_test.go:9: wrong\nno test was skipped\n", true},
		"a panic":             {panics, "FAIL\ta\npanic: out of cheese\nno test was skipped\n", true},
		"does not compile":    {"a.go:1: no\n" + `{"Action":"build-fail"}` + "\n", "a.go:1: no\nno test was skipped\n", true},
		"no last line feed":   {strings.TrimSuffix(skipped, "\n"), "1 skipped (1: QLIK_CORPUS is not set)\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			failed, err := summarize(strings.NewReader(c.in), &out)
			if err != nil || failed != c.failed || out.String() != c.want {
				t.Errorf("failed %t, %v:\n%swant\n%s", failed, err, out.String(), c.want)
			}
		})
	}
}
