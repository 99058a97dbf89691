package solve

import (
	"fmt"
	"strings"
	"testing"
)

// Every type scope has a type name, even if longer prefixes match names with one next letter, or with all of them.
func TestTypeNameOfAScope(t *testing.T) {
	var letters []string
	for letter := 'a'; letter <= 'z'; letter++ {
		letters = append(letters, string(letter)+"*")
	}
	for _, filters := range [][]string{
		{"*", "O*"},
		{"App.*", "App.O*", "App.Othe*", "App.T*"},
		append(letters, "*", "Zz*"),
	} {
		var conditions []*Condition
		for _, filter := range filters {
			conditions = append(conditions, &Condition{Filter: text("filter", filter), Text: text("condition", "user.name = \"x\"")})
		}
		w, err := New(nil, conditions, Options{})
		if err != nil {
			t.Fatal(err)
		}
		open := 0
		for class, c := range w.Classes {
			s := w.Scope(class)
			name := strings.ToLower(s.typeName())
			if !s.isOfScope(name) {
				t.Errorf("%v: %s is not in the type scope %s", filters, name, c.Key)
			}
			if !c.Named {
				open++
			}
		}
		if open < len(filters) {
			t.Errorf("%v: %s", filters, fmt.Sprint(open, " open scopes"))
		}
	}
}
