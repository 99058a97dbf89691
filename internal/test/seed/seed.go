// Package seed makes the properties of rapid draw the same examples in every run, so that a
// test that has passed passes again. Test packages with such properties import it for that
// alone. To draw others:
//
//	RAPID_SEED=0 go test ./compiler    # new ones in each run
//	RAPID_SEED=7 go test ./compiler    # those of another seed
package seed

import (
	"flag"
	"os"

	_ "pgregory.net/rapid" // it has the flag, with the value of RAPID_SEED
)

// Default is the seed where RAPID_SEED does not name one.
const Default = "1"

func init() {
	if os.Getenv("RAPID_SEED") != "" {
		return
	}
	if err := flag.Set("rapid.seed", Default); err != nil {
		panic(err)
	}
}
