package testgen

import (
	"strings"
	"testing"
)

// There is a name for the types of a prefix, whatever other filters match.
func TestUnclaimedNames(t *testing.T) {
	for _, test := range []struct {
		prefix  string
		claimed []string
		want    string
	}{
		{"App.", nil, "App.Other"},
		{"App.", []string{"App.O"}, "App.Tther"},
		{"", []string{"O"}, "Tther"},
		{"", strings.Split("O,T,X,Q,Z,A,B,C,D,E,F,G,H,I,J,K,L,M,N,P,R,S,U,V,W,YO", ","), "Yther"},
		{"", strings.Split("Ot,T,X,Q,Z,A,B,C,D,E,F,G,H,I,J,K,L,M,N,P,R,S,U,V,W,Y", ","), "OOther"},
		{"", strings.Split("O,T,X,Q,Z,A,B,C,D,E,F,G,H,I,J,K,L,M,N,P,R,S,U,V,W,Y", ","), "Other"},
	} {
		got := unclaimed(test.prefix, func(name string) bool {
			for _, c := range test.claimed {
				if strings.HasPrefix(name, c) {
					return false
				}
			}
			return true
		})
		if got != test.want {
			t.Errorf("behind %q, not behind %v: %q, want %q", test.prefix, test.claimed, got, test.want)
		}
	}
}
