// Command qlik2rego compiles the security rules of a Qlik Sense site to Rego and
// decides by them. See README.md and qlik2rego --help.
package main

import (
	"os"

	"github.com/qlik2rego/qlik2rego/internal/cli"
)

func main() { os.Exit(cli.Main()) }
