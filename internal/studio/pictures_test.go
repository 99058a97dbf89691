package studio_test

import (
	"os"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/test/webdriver"
)

// views are the pages that are pictured, by the name of the picture.
var views = []struct{ name, hash string }{
	{"overview", "#/overview"},
	{"rules", "#/rules"},
	{"editor", "#/rules/95aa5035-d0a0-421f-9d8b-be654b7db36a"},
	{"user", `#/user?who=CORP\alice`},
	{"access", "#/access?type=stream"},
	{"checks", "#/checks"},
	{"escalation", "#/checks/escalation"},
	{"changes", "#/changes"},
}

// TestPictures takes pictures of all pages, when QLIK2REGO_SHOTS names a folder for them:
//
//	QLIK2REGO_SHOTS=docs/studio go test ./internal/studio -run Pictures
func TestPictures(t *testing.T) {
	if os.Getenv("QLIK2REGO_SHOTS") == "" {
		t.Skip("QLIK2REGO_SHOTS does not name a folder for pictures")
	}
	b := webdriver.Open(t)
	r := serve(t, scenario(t, "customer-case"))
	for _, v := range views {
		for _, size := range []struct {
			name          string
			width, height int
		}{{"1440", 1440, 900}, {"1024", 1024, 800}, {"420", 420, 860}} {
			for _, scheme := range []string{"light", "dark"} {
				b.Media("", scheme)
				look(b, r, v.hash, size.width, size.height)
				b.Shot(v.name + "-" + size.name + "-" + scheme)
			}
		}
	}
	quiet(t, b)
}
