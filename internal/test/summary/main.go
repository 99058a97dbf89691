// Command summary reads the output of go test -json and shows the result of each package, the output of failed
// tests and, in the last line, the number of skipped tests with the reasons. It exits with 1 if a test failed.
//
//	go test -json ./... | go run ./internal/test/summary
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

func main() {
	failed, err := summarize(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if failed || err != nil {
		os.Exit(1)
	}
}

// event is a line of go test -json.
type event struct{ Action, Package, Test, Output string }

// reason matches the line with the reason why a test is skipped.
var reason = regexp.MustCompile(`^\s+\S+\.go:\d+: (.*)`)

// summarize reports whether a test, or the build of one, failed. It passes on lines that are not JSON, such as
// errors of the compiler.
func summarize(in io.Reader, out io.Writer) (failed bool, err error) {
	output := map[[2]string]string{} // output of running tests
	skipped := map[string]int{}
	lines := bufio.NewReader(in)
	for {
		line, readErr := lines.ReadString('\n')
		var e event
		if json.Unmarshal([]byte(line), &e) != nil {
			fmt.Fprint(out, line)
		} else {
			failed = e.add(output, skipped, out) || failed
		}
		if readErr == io.EOF {
			break
		}
		if readErr != nil {
			return failed, readErr
		}
	}
	_, err = fmt.Fprintln(out, skippedLine(skipped))
	return failed, err
}

// add processes an event and reports whether it is a failure.
func (e event) add(output map[[2]string]string, skipped map[string]int, out io.Writer) bool {
	key := [2]string{e.Package, e.Test}
	switch e.Action {
	case "output":
		if e.Test == "" {
			if e.Output != "PASS\n" {
				fmt.Fprint(out, e.Output)
			}
			return false
		}
		output[key] += e.Output
	case "build-output":
		fmt.Fprint(out, e.Output)
	case "skip":
		if e.Test != "" {
			skipped[why(output[key])]++
		}
		delete(output, key)
	case "pass":
		delete(output, key)
	case "fail", "build-fail":
		fmt.Fprint(out, output[key])
		delete(output, key)
		if e.Test == "" {
			unfinished(output, e.Package, out)
		}
		return true
	}
	return false
}

// unfinished prints the output of the tests of a package that were running when it ended because of a panic or
// a time limit.
func unfinished(output map[[2]string]string, pkg string, out io.Writer) {
	for _, key := range slices.SortedFunc(maps.Keys(output), func(a, b [2]string) int { return strings.Compare(a[1], b[1]) }) {
		if key[0] == pkg {
			fmt.Fprint(out, output[key])
			delete(output, key)
		}
	}
}

// why returns the reason of a skipped test.
func why(output string) string {
	for line := range strings.Lines(output) {
		if m := reason.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			return m[1]
		}
	}
	return "without a reason"
}

// skippedLine lists the reasons, the most frequent first.
func skippedLine(skipped map[string]int) string {
	total := 0
	var reasons []string
	for r, n := range skipped {
		total += n
		reasons = append(reasons, r)
	}
	if total == 0 {
		return "no test was skipped"
	}
	slices.SortFunc(reasons, func(a, b string) int {
		if skipped[a] != skipped[b] {
			return skipped[b] - skipped[a]
		}
		return strings.Compare(a, b)
	})
	for i, r := range reasons {
		reasons[i] = fmt.Sprintf("%d: %s", skipped[r], r)
	}
	return fmt.Sprintf("%d skipped (%s)", total, strings.Join(reasons, "; "))
}
