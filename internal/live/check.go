package live

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/qlik2rego/qlik2rego/internal/qrs"
)

// Check is the result of testing a connection.
type Check struct {
	Site  string `json:"site"`
	URL   string `json:"url"`
	User  string `json:"user"`
	Build string `json:"build"`
	// ClockAhead is how many seconds the site's clock is ahead of ours.
	ClockAhead float64 `json:"clock_ahead_seconds"`
	// Insecure says that the site's certificate is not verified.
	Insecure bool `json:"insecure,omitempty"`
	// Counts are the numbers of entities that the user can read, by type.
	Counts map[string]int `json:"counts"`
	// Absent are types that this build of Qlik Sense does not have.
	Absent []string `json:"absent"`
	// Commands are the commands that the user may run, ordered by the rights that they need.
	Commands []Ability `json:"commands"`
}

// Ability reports whether the user has the rights for a command.
type Ability struct {
	Command string `json:"command"`
	OK      bool   `json:"ok"`
	// Missing are the missing rights, and Unknown those that the site does not report.
	Missing []string `json:"missing,omitempty"`
	Unknown []string `json:"unknown,omitempty"`
}

// Able reports whether every command can work.
func (c *Check) Able() bool {
	return !slices.ContainsFunc(c.Commands, func(a Ability) bool { return !a.OK })
}

// CheckSite tests a connection. It returns an error if the connection fails; missing rights are in
// the result.
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
	check.Build, check.ClockAhead = about.BuildVersion, client.Skew().Round(time.Second).Seconds()
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
	write, unknown, err := missingOnRules(ctx, client)
	if err != nil {
		return nil, err
	}
	audit, err := missingAudit(ctx, client)
	if err != nil {
		return nil, err
	}
	for _, a := range []struct {
		command          string
		missing, unknown []string
	}{
		{"pull", unread, nil}, {"plan", unread, nil}, {"watch", unread, nil}, {"verify", slices.Concat(unread, audit), nil},
		{"apply", slices.Concat(unread, write, audit), unknown},
	} {
		check.Commands = append(check.Commands, Ability{a.command, len(a.missing) == 0, a.missing, a.unknown})
	}
	return check, nil
}

// missingOnRules returns the rights that the user lacks to create rules and to change those
// that are not read-only, and those that the site does not report.
func missingOnRules(ctx context.Context, client *qrs.Client) (missing, unknown []string, err error) {
	const create, update, remove = "Create on SystemRule", "Update on SystemRule", "Delete on SystemRule"
	may, err := client.MayCreate(ctx, "systemrule", map[string]any{
		"name": "qlik2rego site check", "category": "Security", "type": "Custom", "rule": "false", "resourceFilter": "Stream_*", "actions": 2, "ruleContext": 0, "disabled": true,
	})
	switch {
	case qrs.IsForbidden(err), err == nil && !may:
		missing = append(missing, create)
	case qrs.IsRefused(err):
		unknown = append(unknown, create)
	case err != nil:
		return nil, nil, err
	}
	var privileges []string
	found := false
	err = client.ListPrivileges(ctx, "systemrule", "type ne 'ReadOnly'", func(entity []byte) error {
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
		return nil, nil, err
	}
	if !found {
		return missing, append(unknown, update, remove), nil
	}
	if !slices.Contains(privileges, "update") {
		missing = append(missing, update)
	}
	if !slices.Contains(privileges, "delete") {
		missing = append(missing, remove)
	}
	return missing, unknown, nil
}

// missingAudit requests an empty audit matrix.
func missingAudit(ctx context.Context, client *qrs.Client) ([]string, error) {
	const nobody = "00000000-0000-0000-0000-000000000000"
	_, err := client.Matrix(ctx, qrs.MatrixQuery{Type: "Stream", Users: []string{nobody}, Resources: []string{nobody}, Actions: 2, Context: qrs.ManagementAccess})
	if qrs.IsForbidden(err) || qrs.IsNotFound(err) {
		return []string{"Read on QmcSection_Audit"}, nil
	}
	return nil, err
}
