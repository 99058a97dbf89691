package cli

import (
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/docs"
	"github.com/qlik2rego/qlik2rego/internal/diag"
)

// pageCommandName is the command behind "help CODE".
const pageCommandName = "help-page"

var codeForm = regexp.MustCompile(`^[Qq]\d{4}$`)

// isCode reports whether an argument of help is the code of a finding.
func isCode(arg string) bool { return codeForm.MatchString(arg) }

func pageCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      pageCommandName,
		Usage:     "show the page of a finding",
		ArgsUsage: "CODE",
		Hidden:    true,
		Action: func(ctx *cli.Context) error {
			code := strings.ToUpper(ctx.Args().First())
			page, err := docs.Rules.ReadFile("rules/" + code + ".md")
			if err != nil {
				var known []string
				for _, info := range diag.Codes() {
					known = append(known, string(info.Code))
				}
				return Usagef("help: there is no finding %q%s", code, diag.DidYouMean(code, known, nil))
			}
			_, err = streams.Out.Write(page)
			return err
		},
	}
}
