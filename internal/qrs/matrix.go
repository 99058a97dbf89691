package qrs

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// MatrixQuery is a query for the users who have some of the actions on resources.
type MatrixQuery struct {
	// Type is the type of the resources, such as App.
	Type string
	// Users and Resources are ids.
	Users, Resources []string
	// Actions is a mask.
	Actions uint32
	// Context is AppAccess, ManagementAccess or "".
	Context string
	// Environment holds the session attributes that the audit assumes.
	Environment map[string][]string `json:",omitempty"`
}

// attributes formats a context and session attributes for the audit.
func attributes(context string, environment map[string][]string) string {
	var b strings.Builder
	if context != "" {
		b.WriteString("context=" + context + ";")
	}
	for _, name := range slices.Sorted(maps.Keys(environment)) {
		for _, value := range environment[name] {
			b.WriteString(name + "=" + value + ";")
		}
	}
	return b.String()
}

// Cell is a pair of a user and a resource with the actions that the user has.
type Cell struct {
	User     string `json:"user"`
	Resource string `json:"resource"`
	Access   uint32 `json:"access"`
}

// Matrix returns the site's own matrix: a cell for each pair with any of the actions. The query must
// not have more than MatrixLimit pairs.
func (c *Client) Matrix(ctx context.Context, q MatrixQuery) ([]Cell, error) {
	type ref struct {
		ResourceFilter string `json:"resourceFilter"`
	}
	body := struct {
		ResourceType            string   `json:"resourceType"`
		ResourceRef             ref      `json:"resourceRef"`
		SubjectRef              ref      `json:"subjectRef"`
		Actions                 uint32   `json:"actions"`
		EnvironmentAttributes   string   `json:"environmentAttributes"`
		ResourceProperties      []string `json:"resourceProperties"`
		SubjectProperties       []string `json:"subjectProperties"`
		AuditLimit              int      `json:"auditLimit"`
		OutputObjectsPrivileges int      `json:"outputObjectsPrivileges"`
	}{
		ResourceType: q.Type, ResourceRef: ref{OneOfIDs(q.Resources)}, SubjectRef: ref{OneOfIDs(q.Users)}, Actions: q.Actions,
		ResourceProperties: []string{"name"}, SubjectProperties: []string{"id"}, AuditLimit: MatrixLimit, OutputObjectsPrivileges: 4,
		EnvironmentAttributes: attributes(q.Context, q.Environment),
	}
	var answer struct {
		Matrix []struct {
			SubjectID  string `json:"subjectId"`
			ResourceID string `json:"resourceId"`
			Audit      struct {
				Access uint32 `json:"access"`
			} `json:"audit"`
		} `json:"matrix"`
	}
	if err := c.call(ctx, request{method: http.MethodPost, path: "/systemrule/security/audit/matrix", body: body, long: true}, &answer); err != nil {
		return nil, err
	}
	var cells []Cell
	for _, e := range answer.Matrix {
		if access := e.Audit.Access & q.Actions; access != 0 {
			cells = append(cells, Cell{strings.ToLower(e.SubjectID), strings.ToLower(e.ResourceID), access})
		}
	}
	return cells, nil
}

// MatrixLimit is the maximum number of cells that the site returns.
const MatrixLimit = 1000

// OneOfIDs returns a filter that selects entities by id.
func OneOfIDs(ids []string) string {
	var parts []string
	for _, id := range ids {
		parts = append(parts, "id eq "+id)
	}
	return strings.Join(parts, " or ")
}

// maxIDs is the maximum number of ids of users or of resources in one call.
const maxIDs = 250

// Blocks splits a query of any size into blocks that the site answers completely, and calls f with
// each block and its cells.
func (c *Client) Blocks(ctx context.Context, q MatrixQuery, f func(MatrixQuery, []Cell) error) error {
	for resources := range slices.Chunk(q.Resources, maxIDs) {
		for users := range slices.Chunk(q.Users, max(1, min(maxIDs, MatrixLimit/len(resources)))) {
			block := q
			block.Users, block.Resources = users, resources
			cells, err := c.Matrix(ctx, block)
			if err == nil {
				err = f(block, cells)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Granting returns the ids of the rules by which a user has any right on a resource, according to the
// site's audit.
func (c *Client) Granting(ctx context.Context, typ, user, resource, context string, environment map[string][]string) ([]string, error) {
	body := map[string]any{
		"resourceType": typ, "resourceFilter": OneOfIDs([]string{resource}), "userFilter": OneOfIDs([]string{user}),
		"userSkip": 0, "userTake": 1, "resourceSkip": 0, "resourceTake": 1, "includeNonGrantingRules": false,
	}
	if text := attributes(context, environment); text != "" {
		body["environmentAttributes"] = text
	}
	var answer struct {
		RuleApplication []struct {
			RuleID  string `json:"ruleID"`
			Allowed bool   `json:"allowed"`
		} `json:"ruleApplication"`
	}
	if err := c.call(ctx, request{method: http.MethodPost, path: "/systemrule/security/audit", body: body, long: true}, &answer); err != nil {
		return nil, err
	}
	ids := []string{}
	for _, a := range answer.RuleApplication {
		if a.Allowed {
			ids = append(ids, strings.ToLower(a.RuleID))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
