package deploy_test

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestWindowsService runs the arguments of the service wrapper, with paths of this machine, until the
// decision point is ready. It does not run the wrapper.
func TestWindowsService(t *testing.T) {
	dir := shortDir(t)
	site := compile(t)
	var service struct {
		Executable string   `xml:"executable"`
		Arguments  []string `xml:"argument"`
		User       string   `xml:"serviceaccount>user"`
	}
	if err := xml.Unmarshal(readFile(t, filepath.Join(shipped, "windows/qlik2rego-service.xml")), &service); err != nil {
		t.Fatal(err)
	}
	if service.User != "LocalService" {
		t.Errorf("%s runs as %q", service.Executable, service.User)
	}
	callers := filepath.Join(dir, "callers")
	if err := os.WriteFile(callers, []byte("portal evaluate token "+portalToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	here := map[string]string{
		`C:\ProgramData\qlik2rego\bundle.tar.gz`: site.file,
		`C:\ProgramData\qlik2rego\callers.txt`:   callers,
		"127.0.0.1:8181":                         "127.0.0.1:0",
		"127.0.0.1:8282":                         "unix:" + filepath.Join(dir, "d"),
	}
	var args []string
	for _, a := range service.Arguments {
		if place, ok := here[a]; ok {
			a = place
		}
		args = append(args, a)
	}
	p := start(t, exec.Command(qlik2rego(t), args...))
	s := newServer(t, p, filepath.Join(dir, "d"))
	p.until("it is ready", func() bool { return s.well("/health/ready") })
}
