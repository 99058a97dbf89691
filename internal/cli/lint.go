package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/lint"
	"github.com/qlik2rego/qlik2rego/internal/render"
)

// ConfigFlag is the flag --config.
func ConfigFlag() cli.Flag {
	return &cli.StringFlag{Name: "config", TakesFile: true, Usage: "the configuration `FILE` (default: " + lint.ConfigName + " in the working directory or above it)"}
}

// lintConfig reads the configuration of lints: that of --config, or the nearest .qlik2rego.yaml; it
// is the default if there is neither.
func lintConfig(ctx *cli.Context) (*lint.Config, error) {
	name := ctx.String("config")
	if name == "" {
		if name = nearestConfig(); name == "" {
			return &lint.Config{}, nil
		}
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, Input(fmt.Errorf("--config: %w", err))
	}
	config, err := lint.ParseConfig(text)
	if err != nil {
		return nil, Input(fmt.Errorf("%s: %w", name, err))
	}
	return config, nil
}

// nearestConfig returns the path of the configuration in the working directory or the nearest
// parent directory that has one, or "".
func nearestConfig() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		path := filepath.Join(dir, lint.ConfigName)
		if _, err := os.Stat(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return path
		}
		above := filepath.Dir(dir)
		if above == dir {
			return ""
		}
		dir = above
	}
}

// listedLint is a lint in the output of check --list-rules.
type listedLint struct {
	Code     string `json:"code"`
	Title    string `json:"title"`
	Category string `json:"category"`
	Scope    string `json:"scope"`
	Level    string `json:"level"`
	Fix      string `json:"fix"`
	// Max is the default of the option max, if the lint has one.
	Max int    `json:"max,omitempty"`
	Doc string `json:"doc"`
}

// listRules writes all lints with their configured levels.
func (s *Streams) listRules(config *lint.Config) error {
	list := []listedLint{}
	for _, l := range lint.All() {
		list = append(list, listedLint{
			Code: string(l.Code), Title: l.Title, Category: string(l.Category), Scope: string(l.Scope),
			Level: config.LevelOf(l), Fix: string(l.Fix), Max: config.MaxOf(l), Doc: l.Code.Page(),
		})
	}
	return lintFormats.Render(s.Format, s.Out, list)
}

// lintFormats are the formats of check --list-rules.
var lintFormats = render.Results(render.Func[[]listedLint](lintsText))

func lintsText(out io.Writer, list []listedLint) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CODE\tLEVEL\tCATEGORY\tFIX\tTITLE")
	for _, l := range list {
		fmt.Fprintln(w, strings.Join([]string{l.Code, l.Level, l.Category, l.Fix, l.Title}, "\t"))
	}
	return w.Flush()
}
