package cli

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	opa "github.com/open-policy-agent/opa/v1/version"
	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/render"
)

// A release sets these with -ldflags -X; other builds use the information that the Go command
// recorded.
var buildVersion, buildCommit, buildDate string

// versions describes the build. Commit is the revision of the sources, with "+changes" if they
// were changed, and Date its time in RFC 3339; both are empty if they are not known.
type versions struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Date    string `json:"date,omitempty"`
	OPA     string `json:"opa"`
	Go      string `json:"go"`
}

func version() versions {
	v := versions{Version: buildVersion, Commit: buildCommit, Date: buildDate, OPA: opa.Version, Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Version = cmp.Or(v.Version, info.Main.Version, "(devel)")
	recorded := map[string]string{}
	for _, s := range info.Settings {
		recorded[s.Key] = s.Value
	}
	if v.Commit == "" && recorded["vcs.revision"] != "" {
		v.Commit = recorded["vcs.revision"]
		if recorded["vcs.modified"] == "true" {
			v.Commit += "+changes"
		}
	}
	v.Date = cmp.Or(v.Date, recorded["vcs.time"])
	return v
}

func versionCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the version, the commit and the version of OPA",
		Description: `EXAMPLES:
   qlik2rego version
   qlik2rego version --format json`,
		Flags: []cli.Flag{formatFlag(versionFormats)},
		Action: func(ctx *cli.Context) error {
			if ctx.Args().Present() {
				return UsageOf(ctx.Command, "version takes no arguments: what is %q?", ctx.Args().First())
			}
			return versionFormats.Render(streams.Format, streams.Out, version())
		},
	}
}

// versionFormats are the formats of version.
var versionFormats = render.Results(render.Func[versions](func(w io.Writer, v versions) error {
	built := ""
	if v.Commit != "" {
		built = strings.TrimRight(fmt.Sprintf("commit %s %s", v.Commit, v.Date), " ") + "\n"
	}
	_, err := fmt.Fprintf(w, "qlik2rego %s\n%sOPA %s\n%s\n", v.Version, built, v.OPA, v.Go)
	return err
}))
