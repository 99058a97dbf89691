package pdp_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/pdp"
)

// limitTests maps the rows of the table of limits in docs/decision-point.md to the tests that check
// them.
var limitTests = map[string]string{
	"body, compressed and uncompressed":          "TestBadBodies TestCompressedBodies TestChunkedBodyIsBounded",
	"nesting":                                    "TestBadBodies",
	"digits of a number, its exponent":           "TestNumbersAreLimited",
	"evaluations in a batch":                     "TestBatches",
	"results on a page":                          "TestPageOfTheServer",
	"time for an answer":                         "TestTimeIsLimited TestSearchUnderADearPolicy",
	"time for a request to arrive":               "TestSlowClients",
	"idle connection":                            "TestSlowClients",
	"connections":                                "TestConnectionsAreLimited TestFloodOfConnections",
	"concurrent decisions":                       "TestOneTooMany",
	"open requests of one caller":                "TestOneCallerDoesNotKeepAllConnections",
	"waiting time of a request":                  "TestOneTooMany",
	"overdue decisions":                          "TestOneBuiltinIsNotInterrupted TestOneCallerDoesNotStopOthers",
	"open checks of Envoy":                       "TestChecksAreLimited TestSlowChecks",
	"request header":                             "TestHeaderIsLimited",
	"bearer token":                               "TestTokens",
	"connections for diagnostics":                "TestDiagnosticConnections",
	"bundle, unpacked":                           "TestArchivesOfAServerAreLimited TestArchivesWithoutEnd",
	"Rego, YAML and manifest of a bundle":        "TestArchivesWithoutEnd",
	"activation":                                 "TestEndlessActivation",
	"abandoned activations that still run":       "TestAbandonedActivationsAreBounded",
	"download":                                   "TestDownloadsEnd",
	"masks and drops":                            "TestBrokenMasks",
	"lines waiting for standard output or error": "TestNobodyReadsStandardOutput TestNobodyReads",
	"decisions waiting for a log server":         "TestLogServerAway",
	"waiting spans":                              "TestTracesByGRPC",
	"waiting half of a split bundle":             "TestTwoSources TestParts",
}

// claimTests maps the claims below the table, by their first words, to the tests that check them.
var claimTests = map[string]string{
	"Fairness between callers":                "TestOneCallerDoesNotStarveOthers TestOneCallerDoesNotStopOthers TestTurnsGoToTheCallerWithFewest TestTurnsOfOneCaller",
	"A connection is closed after its answer": "TestNobodyKeepsAConnection TestRefusedBodiesEndTheConnection",
	"If all connections are in use,":          "TestHalfHeadersKeepNobodyOut TestFloodOfConnections TestConnectionsAreLimited",
	"A request occupies its slot until":       "TestSlotsAreNotHeldWhileWriting",
	"Only HTTP/1.1 is supported.":             "TestFloodOfBodies",
	"Memory.":                                 "TestPercent TestGroupLimit",
	"Memory under attack.":                    "TestFloodOfBodies",
}

// defaultsOf returns the defaults in the form of the table.
func defaultsOf(l pdp.Limits) map[string]string {
	written := map[time.Duration]string{time.Second: "1s", 5 * time.Second: "5s", 90 * time.Second: "90s", 2 * time.Minute: "2m"}
	number := map[int64]string{1 << 20: "1 MiB", 32: "32", 1000: "1000", 256: "256", 4 << 30: "4 GiB, or half of the container's memory"}
	return map[string]string{
		"--max-body": number[l.Body], "--max-depth": number[int64(l.Depth)], "--max-batch": number[int64(l.Batch)], "--max-page": number[int64(l.Page)],
		"--max-time": written[l.Time], "--max-read": written[l.Read], "--max-idle": written[l.Idle], "--max-queue": written[l.Queue],
		"--max-connections": number[int64(l.Connections)], "--max-concurrent": "twice the cores", "--max-per-caller": "half of the connections",
		"--max-bundle": number[l.Bundle], "--max-activation": written[l.Activation],
	}
}

// TestLimitsOfThePage compares the table of the page with the defaults, and with the tests: every row
// needs a test.
func TestLimitsOfThePage(t *testing.T) {
	page, err := os.ReadFile("../../docs/decision-point.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(page), "| limit | flag | default | if exceeded |\n| --- | --- | --- | --- |\n")
	if !ok {
		t.Fatal("the page has no table of limits")
	}
	table, below, _ := strings.Cut(table, "\n\n")
	below, _, _ = strings.Cut(below, "\n## ")
	tests, defaults, seen := testNames(t), defaultsOf(pdp.DefaultLimits()), map[string]bool{}
	for row := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(row), "|"), "|")
		what, flag, value := strings.TrimSpace(cells[0]), strings.Trim(cells[1], " `"), strings.TrimSpace(cells[2])
		seen[what] = true
		held := strings.Fields(limitTests[what])
		if len(held) == 0 {
			t.Errorf("no test holds the limit %q", what)
		}
		for _, name := range held {
			if !tests[name] {
				t.Errorf("%s: there is no test %s", what, name)
			}
		}
		if strings.HasPrefix(flag, "--") && defaults[flag] != value {
			t.Errorf("%s: %s is %q by default, and the page says %q", what, flag, defaults[flag], value)
		}
	}
	for what := range limitTests {
		if !seen[what] {
			t.Errorf("the page says nothing of %q any more", what)
		}
	}
	held(t, strings.TrimSpace(below), tests)
}

// held checks that each of the claims in a list has its tests, and that these exist.
func held(t *testing.T, list string, tests map[string]bool) {
	t.Helper()
	claims := strings.Split(list, "\n- ")
	if len(claims) != len(claimTests) {
		t.Errorf("the page makes %d claims, and %d have tests", len(claims), len(claimTests))
	}
	for begin, names := range claimTests {
		if !slices.ContainsFunc(claims, func(c string) bool { return strings.HasPrefix(strings.Trim(c, "-* "), begin) }) {
			t.Errorf("the page does not claim %q any more", begin)
		}
		for _, name := range strings.Fields(names) {
			if !tests[name] {
				t.Errorf("%s: there is no test %s", begin, name)
			}
		}
	}
}

// testNames returns the names of the tests of the decision point and of bundles.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names, declared := map[string]bool{}, regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, pattern := range []string{"*_test.go", "*/*_test.go", "../../bundles/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range declared.FindAllSubmatch(text, -1) {
				names[string(found[1])] = true
			}
		}
	}
	return names
}
