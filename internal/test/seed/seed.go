// Package seed makes rapid draw the same examples in every run, so that a test that has passed passes again,
// and half as many without exact comparisons. Test packages with properties import it for this effect only. To
// draw others (-count=1, since go test does not see that the variable has changed):
//
//	RAPID_SEED=0 go test -count=1 ./compiler          # new ones in each run
//	RAPID_SEED=7 go test -count=1 ./compiler          # those of another seed
//	go test ./compiler -run Random -rapid.checks=1000 # more
package seed

import (
	"flag"
	"os"

	_ "pgregory.net/rapid" // defines the flags; the value of rapid.seed is that of RAPID_SEED

	"github.com/qlik2rego/qlik2rego/internal/test/exact"
)

// Default is the seed if RAPID_SEED is not set.
const Default = "1"

// checks is the number of examples that a property draws without exact comparisons; rapid's own number is 100.
const checks = "50"

func init() {
	if !exact.Requested() {
		set("rapid.checks", checks)
	}
	if os.Getenv("RAPID_SEED") == "" {
		set("rapid.seed", Default)
	}
}

// set sets the default of a flag; the command line overrides it.
func set(name, value string) {
	if err := flag.Set(name, value); err != nil {
		panic(err)
	}
}
