package management_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qlik2rego/qlik2rego/internal/pdp/management"
)

func write(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestLoad reads configurations.
func TestLoad(t *testing.T) {
	t.Setenv("PDP_TEST_TOKEN", "from the environment")
	file := filepath.Join(t.TempDir(), "opa.yaml")
	write(t, file, []byte("services:\n  a: {url: http://x, credentials: {bearer: {token: \"${PDP_TEST_TOKEN}\"}}}\nlabels: {unset: \"${PDP_TEST_UNSET}\"}\n"))
	got, err := management.Load(file, []string{"labels.app=pdp", "labels.n=1", "services.a.url=https://y", "status.console=true"})
	want := `{"labels":{"app":"pdp","n":1,"unset":"${PDP_TEST_UNSET}"},"services":{"a":{"credentials":{"bearer":{"token":"from the environment"}},"url":"https://y"}},"status":{"console":true}}`
	if err != nil || string(got) != want {
		t.Errorf("%s %v, want %s", got, err, want)
	}
	write(t, file, nil)
	if got, err := management.Load(file, nil); err != nil || string(got) != "{}" {
		t.Errorf("an empty file: %s %v", got, err)
	}
	write(t, file, []byte("a: [1"))
	for _, c := range []struct {
		file, setting, want string
	}{{file, "", "opa.yaml: "}, {"nowhere.yaml", "", "nowhere.yaml"}, {"", "=x", `the setting "=x" is not NAME.NAME=VALUE`}, {"", "a=[", "the setting a: "}} {
		var settings []string
		if c.setting != "" {
			settings = []string{c.setting}
		}
		if _, err := management.Load(c.file, settings); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
