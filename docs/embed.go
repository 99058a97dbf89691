// Package docs embeds the pages of the documentation that the program itself shows.
package docs

import "embed"

// Rules are the pages of the findings, rules/CODE.md.
//
//go:embed rules/*.md
var Rules embed.FS

// OpenAPI describes the operations of the decision point, in YAML.
//
//go:embed openapi.yaml
var OpenAPI []byte
