package pdp

import (
	"fmt"
	"maps"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"github.com/qlik2rego/qlik2rego/docs"
)

// openapiPath is the path of the OpenAPI document.
const openapiPath = "/openapi.json"

// openapi returns the OpenAPI document with the operations that are served, at the address that
// callers use.
func (s *Server) openapi() (jsontext.Value, error) {
	var doc map[string]any
	if err := yaml.Unmarshal(docs.OpenAPI, &doc); err != nil {
		return nil, fmt.Errorf("the OpenAPI document: %w", err)
	}
	paths, ok := doc["paths"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the OpenAPI document has no paths")
	}
	maps.DeleteFunc(paths, func(path string, _ any) bool { return !s.serves(path) })
	if base := basePath(s.cfg.PublicURL); base != "" && paths[metadataPath] != nil {
		paths[metadataPath+base] = paths[metadataPath]
		delete(paths, metadataPath)
	}
	doc["servers"] = []any{map[string]any{"url": "/"}}
	if s.cfg.PublicURL != "" {
		doc["servers"] = []any{map[string]any{"url": strings.TrimSuffix(s.cfg.PublicURL, "/")}}
	}
	if !s.known() {
		delete(doc, "security")
	}
	return json.Marshal(doc, json.Deterministic(true))
}

// serves reports whether a path of the document is served.
func (s *Server) serves(path string) bool {
	switch {
	case path == metadataPath:
		return s.cfg.PublicURL != ""
	case strings.HasPrefix(path, compilePath):
		return s.filterers != nil
	}
	_, ok := s.routes[path]
	return ok
}
