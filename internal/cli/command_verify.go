package cli

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/live/pull"
	"github.com/qlik2rego/qlik2rego/internal/live/show"
	"github.com/qlik2rego/qlik2rego/internal/live/verify"
	"github.com/qlik2rego/qlik2rego/internal/qrs"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

func verifyCommand(streams *Streams) *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "compare decisions with the audit of the site",
		ArgsUsage: "[FOLDER] [--sites FILE] [--site NAME] [--against CAPTURES] [flags]",
		Description: `The command calls the audit of the site (QMC, Audit) with users and
resources of all equivalence classes. Users that no rule can tell apart are an
equivalence class, from which one member, or --sample members, are used. --whole uses
every user and every resource. Differences are listed with the rules of both sides. They
are grouped by the interpretation of the language that would remove them: other values
of --list-inequality, --entity-text or --session-attributes, or another meaning of an
operator. --env sets session attributes on both sides; without it, their interpretation
is not tested.

FOLDER was written by pull. Without it, the command reads the site. --save stores the
answers of the site, and --against compares with them later, without the site. --sites
and --site then give the values of ${NAME} in rules. --anonymise replaces users,
resources and rules by numbers, so that you can send the result to others. The exit code
is 1 if anything differs.

EXAMPLES:
   qlik2rego verify
   qlik2rego verify repo/ --site prod --type App --type Stream --save captures/
   qlik2rego verify repo/ --against captures/ --list-inequality all
   qlik2rego verify --env group=Finance --env OS=Windows
   qlik2rego verify --site prod --anonymise --format json`,
		Flags: append(SiteFlags(),
			&cli.StringSliceFlag{Name: "type", Usage: "a `TYPE` of resources; repeatable; the default is all types that the site can audit"},
			&cli.IntFlag{Name: "sample", Usage: "use `MEMBERS` members of each equivalence class", Value: 1},
			&cli.BoolFlag{Name: "whole", Usage: "use all users and resources"},
			&cli.StringFlag{Name: "save", Usage: "write the answers of the site to `FOLDER`"},
			&cli.StringFlag{Name: "against", TakesFile: true, Usage: "compare with the answers that --save has written to `FOLDER`"},
			&cli.BoolFlag{Name: "anonymise", Usage: "replace users, resources and rules by numbers"},
			&cli.StringSliceFlag{Name: "env", Usage: "set a session attribute on both sides, `NAME=VALUE`; repeatable, the same name adds a value"},
			Choice("list-inequality", "meaning of != and !== if a side has several values", "any", "all"),
			Choice("entity-text", "meaning of a comparison of an entity with a string, such as resource.owner = \"anna\"", "error", "never", "id-or-name"),
			Choice("session-attributes", "whether session attributes replace those of the user's record", "separate", "stored"),
			ProgressFlag(), formatFlag(show.Verifications)),
		Action: func(ctx *cli.Context) error {
			switch {
			case ctx.NArg() > 1:
				return UsageOf(ctx.Command, "verify takes at most one folder, which pull has written")
			case ctx.String("against") != "" && (ctx.NArg() == 0 || ctx.String("save") != ""):
				return UsageOf(ctx.Command, "--against needs the FOLDER of the same pull, and excludes --save")
			case ctx.Int("sample") < 1:
				return UsageOf(ctx.Command, "--sample is a number from 1")
			}
			return streams.verify(ctx)
		},
	}
}

func (s *Streams) verify(ctx *cli.Context) error {
	site, client, err := s.verifySite(ctx)
	if err != nil {
		return err
	}
	if client != nil {
		defer client.Close()
	}
	dir := ctx.Args().First()
	if dir == "" {
		if dir, err = os.MkdirTemp("", "qlik2rego-verify-*"); err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }() // temporary
		if _, err := pull.Snapshot(ctx.Context, client, dir, s.Progress(ctx)); err != nil {
			return calling(client, err)
		}
	}
	options, err := compileOptions(ctx)
	if err != nil {
		return err
	}
	options.SkipInvalid = true // as the site does
	source := workspace.Source{Rules: []string{dir}, Snapshot: dir, Options: options, Progress: s.Progress(ctx)}
	if source.Variables, err = variables(ctx, client); err != nil {
		return err
	}
	w, err := workspace.Open(source)
	if err != nil {
		return s.planning(err)
	}
	if w.Policy == nil {
		return s.Broken(w.Diagnostics)
	}
	b, err := s.Bundle(ctx.Context, w)
	if err != nil {
		return err
	}
	records, err := w.LoadSite()
	if err != nil {
		return err
	}
	environment, err := environment(ctx)
	if err != nil {
		return err
	}
	for _, typ := range ctx.StringSlice("type") {
		if err := bundleNames(ctx, b, w).mustHave(typ); err != nil {
			return err
		}
	}
	o := verify.Options{Types: ctx.StringSlice("type"), Sample: ctx.Int("sample"), Progress: s.Progress(ctx), Environment: environment, Readings: w.Options}
	if ctx.Bool("whole") {
		o.Sample = -1
	}
	result, err := verify.Compare(ctx.Context, b, w.Rules, records, site, o)
	if err != nil {
		if client != nil {
			err = calling(client, err)
		}
		return err
	}
	if result.Pairs == 0 {
		return Input(errors.New("nothing was compared: there is no pair of a user and a resource that the site can audit"))
	}
	if ctx.Bool("anonymise") {
		result.Anonymise()
	}
	shown := show.Verified{Result: result, RuleName: w.RuleName}
	if ctx.Bool("anonymise") {
		shown.RuleName = func(string) string { return "" }
	}
	err = show.Verifications.Render(s.Format, s.Out, shown)
	if err == nil && result.Differ > 0 {
		return No()
	}
	return err
}

// variables returns the values of ${NAME} in rules: those of the site, and of --variable. With
// --against nobody is called, and the site is the one that --sites and --site name.
func variables(ctx *cli.Context, client *qrs.Client) (map[string]string, error) {
	given, err := variablesGiven(ctx)
	if err != nil {
		return nil, err
	}
	var site *qrs.Site
	switch {
	case client != nil:
		site = client.Site()
	case ctx.IsSet("sites") || ctx.IsSet("site"):
		if site, err = namedSite(ctx); err != nil {
			return nil, err
		}
	default:
		return given, nil
	}
	return withVariables(site.Variables, given), nil
}

// withVariables returns the variables of a site, those that are given in their place.
func withVariables(site, given map[string]string) map[string]string {
	all := maps.Clone(given)
	for name, value := range site {
		if _, known := all[name]; !known {
			all[name] = value
		}
	}
	return all
}

// verifySite returns the site's side, and its client unless it uses captures.
func (s *Streams) verifySite(ctx *cli.Context) (verify.Site, *qrs.Client, error) {
	if dir := ctx.String("against"); dir != "" {
		replay, err := verify.ReadCaptures(dir)
		return replay, nil, Input(err)
	}
	client, err := s.connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	dir := ctx.String("save")
	if dir == "" {
		return client, client, nil
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		err = os.MkdirAll(filepath.Clean(dir), 0o700)
	case err == nil && len(entries) > 0:
		err = fmt.Errorf("%s is not empty: name a new folder for the captures", dir)
	}
	return &verify.Recorder{Site: client, Dir: dir}, client, Input(err)
}
