package resolve

import (
	"strings"
	"testing"
)

// Rules are resolved for every scope that their filter matches, including disabled rules and those of
// other categories.
func TestScopes(t *testing.T) {
	all := Scopes([]*Rule{parseRule(t, `App*: resource.name = "a"`), parseRule(t, `Stream_1 License: user.name = "b"`)}, defaults())
	var got []string
	for i, scopes := range all {
		for _, s := range scopes {
			if i == 1 || s.Key == "app" || s.Key == "app.object" {
				got = append(got, s.Key+": "+s.Filter.Key()+" and "+s.Condition.Key())
			}
		}
	}
	want := `app: true and resource.name = ["a"], app.object: true and resource.name = ["a"], stream: resource.id = ["1"] and user.name = ["b"]`
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}
