package testgen

import (
	"strings"
	"testing"
)

func TestUnedited(t *testing.T) {
	written := string(seal([]byte("package decisions_test\n\ntest_a if true\n")))
	for name, c := range map[string]struct {
		file string
		want bool
	}{
		"as written":               {written, true},
		"line ends of Windows":     {strings.ReplaceAll(written, "\n", "\r\n"), true},
		"an edit":                  {strings.Replace(written, "true", "false", 1), false},
		"an addition at the end":   {written + "test_b if true\n", false},
		"an addition at the start": {"# mine\n" + written, false},
		"another file":             {"package decisions_test\n", false},
		"nothing":                  {"", false},
	} {
		if got := Unedited([]byte(c.file)); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}
