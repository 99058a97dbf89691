package live

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// Check is what a connection was found to be good for.
type Check struct {
	Site  string `json:"site"`
	URL   string `json:"url"`
	User  string `json:"user"`
	Build string `json:"build"`
	// ClockAhead is how many seconds the site's clock is ahead of ours.
	ClockAhead float64 `json:"clock_ahead_seconds"`
	// Insecure says that the site's certificate is not checked.
	Insecure bool `json:"insecure,omitempty"`
	// Counts are the entities that the user can read, by type.
	Counts map[string]int `json:"counts"`
	// Absent are types that this build does not have.
	Absent []string `json:"absent"`
	// Commands are what the user may do, in the order in which they need more.
	Commands []Ability `json:"commands"`
}

// Ability says whether a command can work.
type Ability struct {
	Command string `json:"command"`
	OK      bool   `json:"ok"`
	// Missing are the rights that are missing.
	Missing []string `json:"missing,omitempty"`
}

// Able says whether every command can work.
func (c *Check) Able() bool {
	return !slices.ContainsFunc(c.Commands, func(a Ability) bool { return !a.OK })
}

// CheckSite tries a connection. The error is that of the connection; what the user may not
// do is in the result.
func CheckSite(ctx context.Context, client *qrs.Client) (*Check, error) {
	site := client.Site()
	check := &Check{Site: site.Name, URL: site.URL, User: site.User, Insecure: site.Insecure, Counts: map[string]int{}, Absent: []string{}}
	if site.Header == "" && site.Cert == "" {
		check.User = "of the token"
	}
	about, err := client.About(ctx)
	if err != nil {
		return nil, err
	}
	check.Build, check.ClockAhead = about.BuildVersion, client.Ahead().Round(time.Second).Seconds()
	var unread []string
	for _, c := range Collections() {
		n, err := client.Count(ctx, c.Path, "")
		switch {
		case qrs.IsNotFound(err):
			check.Absent = append(check.Absent, c.Type)
		case qrs.IsForbidden(err), err == nil && n == 0 && c.Needed():
			unread = append(unread, "Read on "+c.Type)
		case err != nil:
			return nil, err
		}
		if err == nil {
			check.Counts[c.Type] = n
		}
	}
	write, err := missingOnRules(ctx, client)
	if err != nil {
		return nil, err
	}
	audit, err := missingAudit(ctx, client)
	if err != nil {
		return nil, err
	}
	for _, a := range []struct {
		command string
		missing []string
	}{
		{"pull", unread}, {"plan", unread}, {"watch", unread}, {"verify", slices.Concat(unread, audit)}, {"apply", slices.Concat(unread, write, audit)},
	} {
		check.Commands = append(check.Commands, Ability{a.command, len(a.missing) == 0, a.missing})
	}
	return check, nil
}

// missingOnRules returns the rights that the user lacks on rules that are not read-only.
func missingOnRules(ctx context.Context, client *qrs.Client) ([]string, error) {
	var privileges []string
	found := false
	err := client.ListPrivileges(ctx, "systemrule", "type ne 'ReadOnly'", func(entity []byte) error {
		var rule struct {
			Privileges []string `json:"privileges"`
		}
		if err := json.Unmarshal(entity, &rule); err != nil {
			return err
		}
		if !found {
			privileges, found = rule.Privileges, true
		}
		return nil
	})
	if err != nil && !qrs.IsForbidden(err) {
		return nil, err
	}
	var missing []string
	for _, right := range []string{"update", "delete"} {
		if found && !slices.Contains(privileges, right) {
			missing = append(missing, map[string]string{"update": "Update on SystemRule", "delete": "Delete on SystemRule"}[right])
		}
	}
	return missing, nil
}

// missingAudit asks for a matrix of nobody.
func missingAudit(ctx context.Context, client *qrs.Client) ([]string, error) {
	const nobody = "00000000-0000-0000-0000-000000000000"
	_, err := client.Matrix(ctx, qrs.MatrixQuery{Type: "Stream", Users: []string{nobody}, Resources: []string{nobody}, Actions: 2, Context: qrs.ManagementAccess})
	if qrs.IsForbidden(err) || qrs.IsNotFound(err) {
		return []string{"Read on QmcSection_Audit"}, nil
	}
	return nil, err
}
