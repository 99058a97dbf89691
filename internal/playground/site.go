package playground

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/diag"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// readSite parses a site: a JSON object of collections by type. It reports errors; the valid
// entities are returned in any case.
func readSite(text string) (*snapshot.Site, map[string]string, diag.List) {
	var collections map[string]json.RawMessage
	files := fstest.MapFS{}
	var list diag.List
	if strings.TrimSpace(text) != "" {
		if err := json.Unmarshal([]byte(text), &collections); err != nil {
			list = append(list, broken(text, err))
		}
	}
	for name, content := range collections {
		files[strings.ToLower(name)+".json"] = &fstest.MapFile{Data: content}
	}
	snap, found := snapshot.OpenFS(files, nil)
	if len(files) > 0 {
		list = append(list, found...)
	}
	site, found := snap.Load(snapshot.NoProgress{})
	return site, snap.Inactive(), append(list, found...)
}

// broken describes an error in the text of a site, with its position.
func broken(text string, err error) diag.Diagnostic {
	d := diag.Diagnostic{
		Code: "Q0603", Severity: diag.Error, Summary: "the site is not a JSON object of collections: " + err.Error(),
		Detail: `Write the collections by type, as {"User": [{"id": "1", "userDirectory": "ACME", "userId": "anna"}], "App": []}.`,
		Text:   &diag.Text{Label: "site", Content: text},
	}
	if at := new(json.SyntaxError); errors.As(err, &at) {
		offset := min(max(int(at.Offset)-1, 0), len(text))
		d.Subject = diag.Range{Start: offset, End: min(offset+1, len(text))}
		d.Summary = fmt.Sprintf("the site is not valid JSON: %v", err)
	}
	return d
}

// choices lists the users by their logins, and all existing entities.
func choices(site *snapshot.Site) (users, resources []Choice) {
	users, resources = []Choice{}, []Choice{}
	for _, records := range site.Records {
		for _, e := range records {
			if login := e.Login(); e.Type == schema.Fold("User") && login != "" {
				users = append(users, Choice{e.TypeName, login, e.Scalars["name"]})
			}
			resources = append(resources, Choice{e.TypeName, e.ID, e.Scalars["name"]})
		}
	}
	for _, list := range [][]Choice{users, resources} {
		slices.SortFunc(list, func(a, b Choice) int {
			return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
	}
	return users, resources
}
