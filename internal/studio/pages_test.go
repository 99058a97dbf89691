package studio_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestAsAUser shows the hub as an existing user and as a hypothetical one, and explains a denial.
func TestAsAUser(t *testing.T) {
	t.Parallel()
	r := serve(t, scenario(t, "customer-case")).enter()
	type hub struct {
		Streams []struct {
			ID, Name       string
			Allow          bool
			Visible, Total int
		}
		Sections []struct {
			Name  string
			Allow bool
		}
	}
	seen := func(person rule) (streams []string, h hub) {
		t.Helper()
		r.ask("/api/hub", person, &h, http.StatusOK)
		for _, s := range h.Streams {
			if s.Allow {
				streams = append(streams, s.Name)
			}
		}
		return streams, h
	}
	var users struct {
		Users []struct{ Login, Name string }
		Total int
	}
	r.ask("/api/users?q=alice", nil, &users, http.StatusOK)
	if len(users.Users) == 0 || users.Total <= len(users.Users) {
		t.Fatalf("users: %+v", users)
	}
	recorded, h := seen(rule{"login": users.Users[0].Login})
	synthesized, _ := seen(rule{"properties": rule{"group": []string{"projX_aud1", "proj1_aud1"}}})
	if len(recorded) == 0 || len(recorded) == len(h.Streams) {
		t.Errorf("%s sees %v of %d streams", users.Users[0].Login, recorded, len(h.Streams))
	}
	if nobody, _ := seen(rule{"properties": rule{}}); len(nobody) >= len(h.Streams) || slices.Equal(nobody, recorded) {
		t.Errorf("somebody without properties sees %v; with groups %v", nobody, synthesized)
	}
	for _, s := range h.Sections {
		if s.Allow {
			t.Errorf("an audience sees the section %s", s.Name)
		}
	}
	for _, s := range h.Streams {
		if s.Allow {
			continue
		}
		var why struct {
			Allow     bool
			Proposals []struct{ Changes []struct{ Sentence string } }
		}
		r.ask("/api/explain", rule{"person": rule{"login": users.Users[0].Login}, "action": "read", "type": "Stream", "id": s.ID, "context": "hub"}, &why, http.StatusOK)
		if why.Allow || len(why.Proposals) == 0 || why.Proposals[0].Changes[0].Sentence == "" {
			t.Errorf("why not %s: %+v", s.Name, why)
		}
		return
	}
}

// TestAccess groups the matrix, and compares it with the results of other commands.
func TestAccess(t *testing.T) {
	t.Parallel()
	r := serve(t, scenario(t, "customer-case")).enter()
	var a struct {
		Types            []struct{ Key string }
		Users, Resources []struct {
			Count   int
			Members []struct{ ID, Name string }
		}
		Cells [][]*struct {
			Actions uint32
			Rules   []string
		}
	}
	r.ask("/api/access?context=hub&type=stream", nil, &a, http.StatusOK)
	if len(a.Types) < 5 || len(a.Users) < 2 || len(a.Resources) < 2 || len(a.Cells) != len(a.Users) {
		t.Fatalf("%d types, %d × %d groups", len(a.Types), len(a.Users), len(a.Resources))
	}
	users, rights := 0, 0
	for i, g := range a.Users {
		users += g.Count
		for _, c := range a.Cells[i] {
			if c != nil {
				rights++
			}
		}
	}
	if rights == 0 || rights == len(a.Users)*len(a.Resources) {
		t.Errorf("%d of %d cells have rights", rights, len(a.Users)*len(a.Resources))
	}
	one := a.Users[0].Members[0].ID
	r.ask("/api/access?context=hub&type=stream&user="+strings.ReplaceAll(one, `\`, "%5C"), nil, &a, http.StatusOK)
	if len(a.Users) != 1 || users < 2 {
		t.Errorf("%d groups of users are %q", len(a.Users), one)
	}
	answer, err := r.client.Get(r.at("/api/access.csv?context=hub&type=stream"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil || !strings.Contains(string(text), "StreamEveryone") {
		t.Errorf("CSV: %v %s", err, text)
	}
}

func TestOverview(t *testing.T) {
	t.Parallel()
	r := serve(t, scenario(t, "customer-case")).enter()
	var o struct {
		Users   int
		Streams []struct {
			Name  string
			Users int
		}
		Roles []struct {
			Name  string
			Users int
			Read  float64
		}
		Anonymous []struct{ Type, Action string }
	}
	r.ask("/api/overview", nil, &o, http.StatusOK)
	if len(o.Streams) == 0 || len(o.Roles) == 0 || len(o.Anonymous) == 0 {
		t.Fatalf("%+v", o)
	}
	if everyone := o.Streams[0]; everyone.Users < 10 || everyone.Users > o.Users {
		t.Errorf("%q has %d of %d users", everyone.Name, everyone.Users, o.Users)
	}
}

func TestChecksAndProofs(t *testing.T) {
	t.Parallel()
	r := serve(t, scenario(t, "customer-case")).enter()
	var c struct {
		Findings []struct{ Code, Rule string }
	}
	r.ask("/api/checks", nil, &c, http.StatusOK)
	if len(c.Findings) == 0 {
		t.Error("no findings")
	}
	var e struct {
		Personas []struct{ Persona string }
	}
	r.ask("/api/escalation", nil, &e, http.StatusOK)
	if len(e.Personas) == 0 {
		t.Error("nobody is asked about")
	}
	write(t, r.dir, "policy.assert.yaml", "- name: nobody deletes streams\n  never: {who: 'true', action: delete, on: 'Stream_*'}\n")
	var p struct {
		Files  int
		Report struct{ Proved, Counterexamples, Unknown int }
	}
	r.ask("/api/assertions", nil, &p, http.StatusOK)
	if p.Files != 1 || p.Report.Proved+p.Report.Counterexamples+p.Report.Unknown != 1 {
		t.Errorf("%+v", p)
	}
}
