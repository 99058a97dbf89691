package deploy_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	portalToken = "a-token-of-the-portal"
	quarterOne  = "App:b52d38df-68e6-47fa-a6ac-f783ae90eb45"
	headcount   = "App:f8c03f2c-db53-4789-b158-d52e912dbb9a"
	// patience is the time limit of a client on a busy machine.
	patience = "5m"
)

// serve runs the decision point for the scenario, for a caller with a token, and returns its URL and the
// file with the token.
func serve(t *testing.T, address string) (url, token string, p *process) {
	t.Helper()
	dir := t.TempDir()
	bundle, callers, token := filepath.Join(dir, "bundle.tar.gz"), filepath.Join(dir, "callers"), filepath.Join(dir, "token")
	output(t, qlik2rego(t), "compile", filepath.Join(scenario, "rules.json"), "--snapshot", filepath.Join(scenario, "site"), "-o", bundle)
	for path, text := range map[string]string{callers: "portal evaluate,search token " + portalToken + "\n", token: portalToken + "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p = start(t, exec.Command(qlik2rego(t), "serve", "-b", bundle, "--callers", callers, "--listen", address))
	return "http://" + p.await(`msg=listening address=(\S+)`)[1], token, p
}

const anyPort = "127.0.0.1:0"

// TestGoClient runs the example against a decision point.
func TestGoClient(t *testing.T) {
	url, token, _ := serve(t, anyPort)
	client := filepath.Join(t.TempDir(), "client.exe")
	output(t, "go", "build", "-o", client, checkout+"/docs/deploy/client")
	for _, c := range []struct {
		args   []string
		code   int
		output string
	}{
		{[]string{"-token-file", token, "-subject", `ACME\anna`, quarterOne}, 0, "allowed " + quarterOne + " (granted) Stream\n"},
		{[]string{"-token-file", token, "-subject", `ACME\anna`, quarterOne, headcount}, 1,
			"allowed " + quarterOne + " (granted) Stream\ndenied " + headcount + " (no_rule) \n"},
		{[]string{"-token-file", token, "-subject", `ACME\nobody`, quarterOne}, 1, "denied " + quarterOne + " (unknown_subject) \n"},
		{[]string{"-subject", `ACME\anna`, quarterOne}, 3, "no answer, so it is denied: 401"},
	} {
		command := exec.Command(client, append([]string{"-pdp", url, "-timeout", patience}, c.args...)...)
		out, _ := command.CombinedOutput() // the exit code is checked below
		if code := command.ProcessState.ExitCode(); code != c.code || !strings.HasPrefix(string(out), c.output) {
			t.Errorf("%q: exit code %d\n%s\nwant %d\n%s", c.args, code, out, c.code, c.output)
		}
	}
}

// TestCurl runs the script against a decision point, over TCP and over a socket.
func TestCurl(t *testing.T) {
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s here", tool)
		}
	}
	url, _, _ := serve(t, anyPort)
	header := filepath.Join(t.TempDir(), "header")
	if err := os.WriteFile(header, []byte("Authorization: Bearer "+portalToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	script := func(env ...string) (string, error) {
		command := exec.Command("sh", filepath.Join(shipped, "client/curl.sh"))
		command.Env = append(os.Environ(), append(env, "PDP_TIMEOUT=300")...)
		out, err := command.CombinedOutput()
		return string(out), err
	}
	said, err := script("PDP_URL="+url, "PDP_HEADER_FILE="+header)
	lines := strings.Split(strings.TrimSpace(said), "\n")
	if err != nil || len(lines) != 4 {
		t.Fatalf("%v\n%s", err, said)
	}
	for i, want := range []string{
		`^\{"decision":true,"context":\{"reason":"granted","granted_by":\[\{"id":"[^"]+","name":"Stream"\}\],"revision":"\w+"\}\}$`,
		`^\{"evaluations":\[\{"decision":true,.*\},\{"decision":false,.*"no_rule".*\},\{"decision":false,.*"no_rule".*\}\]\}$`,
		`^\{"results":\[\{"type":"Stream","id":"6fbb2530-820b-4736-ac87-4e5f4ee1d849"\},\{"type":"Stream","id":"aaec8d41-5201-43ab-809f-3063750dfafd"\}\]\}$`,
		`^\{.*"ready".*\}$`,
	} {
		if !regexp.MustCompile(want).MatchString(lines[i]) {
			t.Errorf("%s\nwant %s", lines[i], want)
		}
	}
	if said, err := script("PDP_URL=" + url); err == nil || strings.Contains(said, `"decision":true`) {
		t.Errorf("without a token: %v\n%s", err, said)
	}
}

// TestCurlSocket runs the script over a unix socket.
func TestCurlSocket(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl here")
	}
	dir := shortDir(t)
	socket, header := filepath.Join(dir, "s"), filepath.Join(dir, "header")
	if err := os.WriteFile(header, fmt.Appendf(nil, "Authorization: Bearer %s\n", portalToken), 0o600); err != nil {
		t.Fatal(err)
	}
	serve(t, "unix:"+socket)
	command := exec.Command("sh", filepath.Join(shipped, "client/curl.sh"))
	command.Env = append(os.Environ(), "PDP_SOCKET="+socket, "PDP_URL=http://localhost", "PDP_HEADER_FILE="+header, "PDP_TIMEOUT=300")
	if out, err := command.CombinedOutput(); err != nil || !strings.Contains(string(out), `{"decision":true`) {
		t.Errorf("%v\n%s", err, out)
	}
}
