package deploy_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/util"
)

// object is the part of a Kubernetes object that the tests read.
type object struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string
	Spec     struct {
		Template struct {
			Metadata struct{ Labels map[string]string }
			Spec     pod
		}
		// Selector is the selector of a service or of a deployment.
		Selector    map[string]any
		PodSelector selector
		Ports       []struct{ TargetPort string }
		Ingress     []struct {
			Ports []struct{ Port any }
		}
	}
}

type selector struct{ MatchLabels map[string]string }

type pod struct {
	AutomountServiceAccountToken  *bool
	TerminationGracePeriodSeconds int
	SecurityContext               struct {
		RunAsNonRoot   bool
		RunAsUser      int
		SeccompProfile struct{ Type string }
	}
	InitContainers, Containers []container
	Volumes                    []struct {
		Name                  string
		ConfigMap             *struct{ Name string }
		PersistentVolumeClaim *struct{ ClaimName string }
		EmptyDir              *struct{ SizeLimit string }
		Secret                *struct {
			SecretName string
			Items      []struct{ Key, Path string }
		}
	}
}

type container struct {
	Name, Image, RestartPolicy string
	Args                       []string
	Env                        []struct {
		ValueFrom struct{ SecretKeyRef struct{ Name, Key string } }
	}
	Ports                                       []struct{ Name string }
	StartupProbe, ReadinessProbe, LivenessProbe *probe
	Resources                                   struct{ Limits map[string]string }
	SecurityContext                             struct {
		AllowPrivilegeEscalation *bool
		ReadOnlyRootFilesystem   bool
		Capabilities             struct{ Drop []string }
	}
	VolumeMounts []struct{ Name, MountPath string }
}

type probe struct {
	HTTPGet   struct{ Path, Port string }
	TCPSocket struct{ Port string }
	Exec      *struct{ Command []string }
}

func (p pod) all() []container { return slices.Concat(p.InitContainers, p.Containers) }

// The shipped manifests, with the number of containers in each.
var manifests = map[string]int{"kubernetes.yaml": 3, "envoy/kubernetes.yaml": 3}

// manifest reads the objects of a manifest, and its text.
func manifest(t *testing.T, name string) (text string, objects []object) {
	t.Helper()
	text = string(readFile(t, filepath.Join(shipped, name)))
	for _, doc := range strings.Split(text, "\n---\n") {
		var o object
		if err := util.Unmarshal([]byte(doc), &o); err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
		objects = append(objects, o)
	}
	return text, objects
}

func named(t *testing.T, objects []object, kind, name string) object {
	t.Helper()
	for _, o := range objects {
		if o.Kind == kind && o.Metadata.Name == name {
			return o
		}
	}
	t.Fatalf("there is no %s %s", kind, name)
	return object{}
}

// TestPodsAreRestricted checks that every container meets the strictest Kubernetes pod security standard,
// and has limits.
func TestPodsAreRestricted(t *testing.T) {
	for name, want := range manifests {
		t.Run(name, func(t *testing.T) {
			_, objects := manifest(t, name)
			if containers := checkContainers(t, objects); containers != want {
				t.Errorf("%d containers, want %d", containers, want)
			}
		})
	}
}

func checkContainers(t *testing.T, objects []object) (containers int) {
	for _, o := range objects {
		p := o.Spec.Template.Spec
		if o.Kind != "Deployment" {
			continue
		}
		if c := p.SecurityContext; !c.RunAsNonRoot || c.RunAsUser == 0 || c.SeccompProfile.Type != "RuntimeDefault" {
			t.Errorf("%s: the pod may do too much: %+v", o.Metadata.Name, c)
		}
		if p.AutomountServiceAccountToken == nil || *p.AutomountServiceAccountToken {
			t.Errorf("%s: the pod has a token of the cluster", o.Metadata.Name)
		}
		for _, c := range p.all() {
			containers++
			s := c.SecurityContext
			if s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || !s.ReadOnlyRootFilesystem || !slices.Equal(s.Capabilities.Drop, []string{"ALL"}) {
				t.Errorf("%s: the container may do too much: %+v", c.Name, s)
			}
			if c.Resources.Limits["memory"] == "" || c.ReadinessProbe == nil {
				t.Errorf("%s: no memory limit, or no readiness probe", c.Name)
			}
			if _, tag, ok := strings.Cut(c.Image, ":"); !ok || tag == "latest" {
				t.Errorf("%s: the image %s can be any", c.Name, c.Image)
			}
		}
		for _, v := range p.Volumes {
			if v.EmptyDir != nil && v.EmptyDir.SizeLimit == "" {
				t.Errorf("%s: the volume %s has no limit", o.Metadata.Name, v.Name)
			}
		}
	}
	return containers
}

// TestManifestsHoldTogether checks that every name in the manifests refers to something in them.
func TestManifestsHoldTogether(t *testing.T) {
	for name := range manifests {
		t.Run(name, func(t *testing.T) { checkNames(t, name) })
	}
}

func checkNames(t *testing.T, name string) {
	text, objects := manifest(t, name)
	// The objects that the commands at the top create.
	secretKeys := map[string]bool{}
	for _, found := range regexp.MustCompile(`--from-literal=([a-z-]+)=`).FindAllStringSubmatch(text, -1) {
		secretKeys[found[1]] = true
	}
	for _, found := range regexp.MustCompile(`create configmap ([a-z-]+) `).FindAllStringSubmatch(text, -1) {
		o := object{Kind: "ConfigMap"}
		o.Metadata.Name = found[1]
		objects = append(objects, o)
	}
	ports := map[string][]string{}
	for _, o := range objects {
		if o.Kind != "Deployment" {
			continue
		}
		p := o.Spec.Template.Spec
		if matches := o.Spec.Selector["matchLabels"].(map[string]any); !subset(toStrings(matches), o.Spec.Template.Metadata.Labels) {
			t.Errorf("%s selects %v, its pods are %v", o.Metadata.Name, matches, o.Spec.Template.Metadata.Labels)
		}
		volumes := map[string]bool{}
		for _, v := range p.Volumes {
			volumes[v.Name] = true
			switch {
			case v.ConfigMap != nil:
				named(t, objects, "ConfigMap", v.ConfigMap.Name)
			case v.PersistentVolumeClaim != nil:
				named(t, objects, "PersistentVolumeClaim", v.PersistentVolumeClaim.ClaimName)
			case v.Secret != nil:
				for _, item := range v.Secret.Items {
					if v.Secret.SecretName != "qlik2rego" || !secretKeys[item.Key] {
						t.Errorf("no secret %s with the key %s is made", v.Secret.SecretName, item.Key)
					}
				}
			}
		}
		for _, c := range p.all() {
			for _, m := range c.VolumeMounts {
				if !volumes[m.Name] {
					t.Errorf("%s mounts %s, which is no volume", c.Name, m.Name)
				}
			}
			for _, e := range c.Env {
				if ref := e.ValueFrom.SecretKeyRef; ref.Name != "" && (ref.Name != "qlik2rego" || !secretKeys[ref.Key]) {
					t.Errorf("no secret %s with the key %s is made", ref.Name, ref.Key)
				}
			}
			own := []string{}
			for _, port := range c.Ports {
				own = append(own, port.Name)
			}
			for _, p := range []*probe{c.StartupProbe, c.ReadinessProbe, c.LivenessProbe} {
				if p != nil && p.Exec == nil && !slices.Contains(own, p.HTTPGet.Port+p.TCPSocket.Port) {
					t.Errorf("%s is probed at %+v, which is no port of it", c.Name, p)
				}
			}
			ports[o.Metadata.Name] = append(ports[o.Metadata.Name], own...)
		}
	}
	for _, o := range objects {
		var labels map[string]string
		var names []string
		switch o.Kind {
		case "Service":
			labels = toStrings(o.Spec.Selector)
			for _, p := range o.Spec.Ports {
				names = append(names, p.TargetPort)
			}
		case "NetworkPolicy":
			labels = o.Spec.PodSelector.MatchLabels
			for _, rule := range o.Spec.Ingress {
				for _, p := range rule.Ports {
					names = append(names, p.Port.(string))
				}
			}
		default:
			continue
		}
		target := named(t, objects, "Deployment", o.Metadata.Name)
		if len(labels) == 0 || !subset(labels, target.Spec.Template.Metadata.Labels) {
			t.Errorf("%s %s selects %v, which is not its deployment", o.Kind, o.Metadata.Name, labels)
		}
		for _, name := range names {
			if !slices.Contains(ports[o.Metadata.Name], name) {
				t.Errorf("%s %s: %s is no port of its pods", o.Kind, o.Metadata.Name, name)
			}
		}
	}
}

func subset(some, all map[string]string) bool {
	for k, v := range some {
		if all[k] != v {
			return false
		}
	}
	return true
}

func toStrings(m map[string]any) map[string]string {
	out := map[string]string{}
	for k, v := range m {
		out[k], _ = v.(string)
	}
	return out
}
