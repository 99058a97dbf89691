package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/bundles"
	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/authzen"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/naming"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
	"github.com/qlik2rego/qlik2rego/internal/workspace"
)

// siteNames are the names on a site, with usage errors about the flags of a command.
type siteNames struct {
	*naming.Names
	command *cli.Command
	// noSite describes what to do if there is no site.
	noSite string
}

const (
	giveSnapshot = "name the site with --snapshot"
	giveData     = "compile the bundle with --snapshot, or add the data bundle with a second -b"
)

// bundleNames returns the names on the site of a bundle. If the bundle was given as a file, c is
// nil, and the types are those of the default schema.
func bundleNames(ctx *cli.Context, b *bundles.Bundle, c *workspace.Workspace) siteNames {
	if c == nil {
		return siteNames{naming.OfBundle(&b.Data, schema.Default(), nil), ctx.Command, giveData}
	}
	return siteNames{naming.OfBundle(&b.Data, c.Options.Schema, inactiveUsers(c)), ctx.Command, giveSnapshot}
}

// namesInMemory returns the names on a site in memory.
func namesInMemory(ctx *cli.Context, c *workspace.Workspace, site *snapshot.Site) siteNames {
	return siteNames{naming.OfSite(site, c.Site != nil, c.Options.Schema, inactiveUsers(c)), ctx.Command, giveSnapshot}
}

// inactiveUsers returns the users of the snapshot who cannot log in, with the reason.
func inactiveUsers(c *workspace.Workspace) map[string]string {
	if c == nil || c.Site == nil {
		return nil
	}
	return c.Site.Inactive()
}

// typeOf returns the type that a flag names, as it is spelled.
func (n siteNames) typeOf(flag, name string) (string, error) {
	typ, err := n.Type(name, "")
	if err != nil {
		return "", UsageOf(n.command, "--%s: %v", flag, err)
	}
	return typ, nil
}

// mustHave returns an error if the site has no entities of a type that --type names.
func (n siteNames) mustHave(typ string) error {
	if _, err := n.typeOf("type", typ); err != nil {
		return err
	}
	if !n.HasType(typ) {
		return UsageOf(n.command, "--type: the snapshot has no entities of the type %s; it has the types %s", n.Spelled(typ), strings.Join(n.Types(), ", "))
	}
	return nil
}

// apply resolves the names in a request made from flags, and writes notes about unknown users
// and resources to standard error.
func (n siteNames) apply(r *authzen.Request, stderr io.Writer) error {
	notes, err := n.Resolve(r)
	for _, note := range notes {
		fmt.Fprintln(stderr, note)
	}
	var wrong *naming.Error
	if !errors.As(err, &wrong) {
		return err
	}
	var onRecord *naming.OnRecordError
	switch {
	case errors.As(err, &onRecord):
		return UsageOf(n.command, "--subject-property describes a user who is not on record, and %s is: the record counts", onRecord.Subject)
	case errors.Is(err, naming.ErrNoSite):
		return UsageOf(n.command, "--subject: %v: %s, or describe the user with --subject-property", naming.ErrNoSite, n.noSite)
	}
	return UsageOf(n.command, "--%s: %v", wrong.Part, wrong.Err)
}

// parseAction parses the action of a flag and ignores case.
func parseAction(c *cli.Command, name string) (ruleset.Action, error) {
	action, ok := ruleset.ParseAction(name)
	if !ok {
		var known []string
		for _, k := range ruleset.AllActions {
			known = append(known, k.Name())
		}
		return 0, UsageOf(c, "--action: unknown action %q%s", name, diag.DidYouMean(name, known, nil))
	}
	return action, nil
}
