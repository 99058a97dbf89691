package difference

import (
	"strings"
	"testing"
)

func TestGates(t *testing.T) {
	report := Report{
		Groups: []Group{
			{Kind: Gain, Parts: []Part{
				{Type: "App", Action: "read", Counts: Counts{Cells: 5}},
				{Type: "App.Object", Action: "read", Counts: Counts{Cells: 7}},
				{Type: "App", Action: "delete", Counts: Counts{Cells: 2}, Accepted: true},
			}},
			{Kind: Loss, Parts: []Part{{Type: "App", Action: "read", Counts: Counts{Cells: 3}}}},
		},
		LeftOut: []LeftOut{{What: "something"}},
	}
	tests := []struct {
		gate  string
		cells int64
		hit   bool
	}{
		{"gain", 12, true}, {"gain=12", 12, false}, {"gain=11", 12, true}, {"gain:read:App", 5, true}, {"GAIN:Read:app.OBJECT", 7, true},
		{"gain:*:App=5", 5, false}, {"gain:delete:App", 0, false}, {"gain:delete", 0, false}, {"loss", 3, true}, {"any", 15, true},
		{"any:read:App=8", 8, false}, {"any:*:Stream", 0, false}, {"left-out", 1, true}, {"left-out=1", 1, false},
	}
	for _, test := range tests {
		g, err := ParseGate(test.gate)
		if err != nil {
			t.Errorf("%s: %v", test.gate, err)
			continue
		}
		if g = g.judge(&report); g.Cells != test.cells || g.Hit != test.hit {
			t.Errorf("%s: %d cells, hit %t; want %d, %t", test.gate, g.Cells, g.Hit, test.cells, test.hit)
		}
	}
	for gate, descriptions := range map[string]string{
		"gian": "did you mean gain?", "": "is not a kind", "gain:raed": "did you mean read?", "gain:read:": "is missing", "gain=many": "is not a number",
		"gain=-1": "is not a number", "loss=101%": "percentage of users", "left-out:read": "has no action",
	} {
		if _, err := ParseGate(gate); err == nil || !strings.Contains(err.Error(), descriptions) {
			t.Errorf("%q: %v, want %q in it", gate, err, descriptions)
		}
	}
	g, err := ParseGate("gain:read:Steram")
	if err != nil {
		t.Fatal(err)
	}
	if err := g.CheckTypes([]string{"App", "Stream"}); err == nil || !strings.Contains(err.Error(), "did you mean Stream?") {
		t.Errorf("a gate that can never fail: %v", err)
	}
	if err := g.CheckTypes([]string{"steram"}); err != nil {
		t.Errorf("a type that only the snapshot has: %v", err)
	}
}
