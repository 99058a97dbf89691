package pdp

import (
	"net/url"
	"strings"
)

// The paths of the API.
const (
	evaluationPath     = "/access/v1/evaluation"
	evaluationsPath    = "/access/v1/evaluations"
	subjectSearchPath  = "/access/v1/search/subject"
	resourceSearchPath = "/access/v1/search/resource"
	actionSearchPath   = "/access/v1/search/action"
	metadataPath       = "/.well-known/authzen-configuration"
)

// metadata is the decision point's description of itself. Endpoints that are not served are
// omitted.
type metadata struct {
	PolicyDecisionPoint string `json:"policy_decision_point"`
	Evaluation          string `json:"access_evaluation_endpoint"`
	Evaluations         string `json:"access_evaluations_endpoint,omitzero"`
	SubjectSearch       string `json:"search_subject_endpoint,omitzero"`
	ResourceSearch      string `json:"search_resource_endpoint,omitzero"`
	ActionSearch        string `json:"search_action_endpoint,omitzero"`
}

// basePath is the path of the public URL, without a trailing slash.
func basePath(public string) string {
	u, err := url.Parse(public)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(u.Path, "/")
}

// metadata describes what is served, at the configured URL: none of it comes from the request.
func (s *Server) metadata() metadata {
	base := strings.TrimSuffix(s.cfg.PublicURL, "/")
	m := metadata{
		PolicyDecisionPoint: s.cfg.PublicURL,
		Evaluation:          base + evaluationPath,
		Evaluations:         base + evaluationsPath,
	}
	p := s.live.Current()
	if p == nil {
		return m
	}
	if _, ok := p.Subjects(""); ok {
		m.SubjectSearch = base + subjectSearchPath
	}
	if _, ok := p.Resources(""); ok {
		m.ResourceSearch = base + resourceSearchPath
	}
	if _, ok := p.ActionNames(); ok {
		m.ActionSearch = base + actionSearchPath
	}
	return m
}
