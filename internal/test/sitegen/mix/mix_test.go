package mix

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
)

// Repeated calls give the same result, regardless of other calls in between.
func TestSameNumbersSameWorld(t *testing.T) {
	one, two := New(Usual(200)), New(Usual(200))
	one.Rules(50)
	one.Requests("Stream", 5)
	if !reflect.DeepEqual(one.Rules(200), two.Rules(200)) || !reflect.DeepEqual(one.Requests("App", 99), two.Requests("App", 99)) {
		t.Error("rules or requests differ")
	}
	for _, kind := range Kinds() {
		rules := one.Resisting(kind, 40)
		if !reflect.DeepEqual(rules, two.Resisting(kind, 40)) {
			t.Errorf("the rules of the kind %s differ", kind)
		}
		texts := map[string]bool{}
		for _, r := range rules {
			texts[r.Filter+" "+r.Condition] = true
		}
		if len(texts) != len(rules) {
			t.Errorf("of %d rules of the kind %s only %d are unlike", len(rules), kind, len(texts))
		}
	}
	dirs := []string{t.TempDir(), t.TempDir()}
	for i, w := range []*World{one, two} {
		if err := w.Write(dirs[i]); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"user", "stream", "app", "app.object", "reloadtask"} {
		var texts [2][]byte
		for i, dir := range dirs {
			text, err := os.ReadFile(filepath.Join(dir, name+".json"))
			if err != nil || len(text) < 100 {
				t.Fatalf("%s: %d bytes, %v", name, len(text), err)
			}
			texts[i] = text
		}
		if !slices.Equal(texts[0], texts[1]) {
			t.Errorf("the files of %s differ", name)
		}
	}
}

// A set of rules is a prefix of every larger one for the same world.
func TestMoreRulesAreMoreOfTheSame(t *testing.T) {
	w := New(Usual(1000))
	if few, many := w.Rules(100), w.Rules(1000); len(many) != 1000 || !reflect.DeepEqual(few, many[:100]) {
		t.Error("100 rules are not the first of 1,000")
	}
}
