// Package seed makes rapid draw the same examples in every run, so that a test that has passed passes again.
// Test packages with properties import it for this effect only. To draw others:
//
//	RAPID_SEED=0 go test ./compiler    # new ones in each run
//	RAPID_SEED=7 go test ./compiler    # those of another seed
package seed

import (
	"flag"
	"os"

	_ "pgregory.net/rapid" // defines the flag, whose value is that of RAPID_SEED
)

// Default is the seed if RAPID_SEED is not set.
const Default = "1"

func init() {
	if os.Getenv("RAPID_SEED") != "" {
		return
	}
	if err := flag.Set("rapid.seed", Default); err != nil {
		panic(err)
	}
}
