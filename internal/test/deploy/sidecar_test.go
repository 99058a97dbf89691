package deploy_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSidecar runs the decision point with the arguments and the configuration of the Kubernetes manifest,
// with other paths and ports, and checks the probes: alive but not ready without a bundle, ready with
// one, and ready at once after a restart without a bundle server.
func TestSidecar(t *testing.T) {
	_, objects := manifest(t, "kubernetes.yaml")
	sidecar := named(t, objects, "Deployment", "portal").Spec.Template.Spec.InitContainers[0]
	if sidecar.RestartPolicy != "Always" {
		t.Fatalf("%s is no sidecar", sidecar.Name)
	}
	bundles, dir := startBundleServer(t), shortDir(t)
	config := named(t, objects, "ConfigMap", "qlik2rego").Data["config.yaml"]
	for file, text := range map[string]string{
		"config.yaml": replaced(t, config, "http://qlik-bundles:8080", bundles.url, "/run/secrets/qlik2rego/bundle-token", bundles.token, "/var/cache/qlik2rego", filepath.Join(dir, "cache")),
		"callers":     fmt.Sprintf("portal evaluate,search sha256 %x", sha256.Sum256([]byte(portalToken))),
		"token":       portalToken,
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := strings.Split(replaced(t, strings.Join(sidecar.Args, "\n"),
		"/etc/qlik2rego/config.yaml", filepath.Join(dir, "config.yaml"), "/run/secrets/qlik2rego/callers", filepath.Join(dir, "callers"),
		"127.0.0.1:8181", "unix:"+filepath.Join(dir, "s"), "0.0.0.0:8282", "unix:"+filepath.Join(dir, "d")), "\n")

	point := startPoint(t, dir, args)
	point.probe(sidecar.LivenessProbe.HTTPGet.Path, true)
	point.probe(sidecar.StartupProbe.HTTPGet.Path, false)
	point.probe(sidecar.ReadinessProbe.HTTPGet.Path, false)
	first := compile(t)
	bundles.publish("qlik.tar.gz", first.file)
	point.becomesReady(sidecar.StartupProbe.HTTPGet.Path)
	point.probe(sidecar.ReadinessProbe.HTTPGet.Path, true)
	point.answersThePortal()
	// OPA decides with a bundle before it has stored the bundle.
	point.process.until("the bundle is kept", func() bool {
		kept, err := filepath.Glob(filepath.Join(dir, "cache", "bundles", "*", "bundle.tar.gz"))
		return err == nil && len(kept) > 0
	})
	point.process.stop()

	// The bundle server loses its bundles: the stored one decides.
	if err := os.Remove(bundles.token); err != nil {
		t.Fatal(err)
	}
	again := startPoint(t, dir, args)
	again.becomesReady(sidecar.StartupProbe.HTTPGet.Path)
	again.answersThePortal()
}

// replaced replaces the first string of each pair, which must exist, by the second one.
func replaced(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("no %s in\n%s", pairs[i], text)
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// sidecarPoint is the decision point of a pod; its sockets are s and d in a directory.
type sidecarPoint struct {
	*server
	dir string
}

func startPoint(t *testing.T, dir string, args []string) *sidecarPoint {
	t.Helper()
	p := start(t, exec.Command(qlik2rego(t), args...))
	p.await(`"msg":"listening"`)
	return &sidecarPoint{newServer(t, p, filepath.Join(dir, "d")), dir}
}

func (s *sidecarPoint) probe(path string, want bool) {
	s.t.Helper()
	if got := s.well(path); got != want {
		s.t.Errorf("%s: %v, want %v\n%s", path, got, want, s.process.log)
	}
}

func (s *sidecarPoint) becomesReady(path string) {
	s.t.Helper()
	s.process.until("it is ready", func() bool { return s.well(path) })
}

// answersThePortal sends requests in the same way as the portal, with the example client.
func (s *sidecarPoint) answersThePortal() {
	s.t.Helper()
	said := output(s.t, "go", "run", checkout+"/docs/deploy/client", "-pdp", "unix:"+filepath.Join(s.dir, "s"), "-timeout", patience,
		"-token-file", filepath.Join(s.dir, "token"), "-subject", `ACME\anna`, quarterOne)
	if want := "allowed " + quarterOne + " (granted) Stream\n"; string(said) != want {
		s.t.Errorf("%s, want %s", said, want)
	}
}
