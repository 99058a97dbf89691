package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// SiteFlags are the flags of every command that calls a live site.
func SiteFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "sites", TakesFile: true, Usage: "read the sites and their connections from `FILE`", Value: "sites.yaml"},
		&cli.StringFlag{Name: "site", Usage: "the `NAME` of the site, if the file has several"},
	}
}

// connect returns a client of the site that the flags select. Close it.
func (s *Streams) connect(ctx *cli.Context) (*qrs.Client, error) {
	site, err := namedSite(ctx)
	if err != nil {
		return nil, err
	}
	client, err := qrs.Connect(site)
	if err != nil {
		return nil, Input(fmt.Errorf("site %s: %w", site.Name, err))
	}
	if site.Insecure {
		fmt.Fprintf(s.Err, "qlik2rego: warning: the certificate of the site %s is not checked (insecure in %s): an attacker in the network can read and change everything\n", site.Name, ctx.String("sites"))
	}
	return client, nil
}

// namedSite returns the site that the flags select.
func namedSite(ctx *cli.Context) (*qrs.Site, error) {
	sites, err := qrs.ReadSites(ctx.String("sites"))
	if err != nil {
		return nil, Input(err)
	}
	site, err := qrs.Pick(sites, ctx.String("site"))
	if err != nil {
		return nil, Usagef("%s: %v", ctx.String("sites"), err)
	}
	return site, nil
}

// calling explains an error of a call to a site.
func calling(client *qrs.Client, err error) error {
	if err == nil || Code(err) != ExitInternal {
		return err
	}
	return Input(fmt.Errorf("site %s: %w", client.Site().Name, err))
}
