module github.com/qlik2rego/qlik2rego/ci/treesitter

go 1.26.0

toolchain go1.26.11

replace github.com/qlik2rego/qlik2rego => ../../

require (
	github.com/qlik2rego/qlik2rego v0.0.0-00010101000000-000000000000
	github.com/tree-sitter/go-tree-sitter v0.25.0
)

require (
	github.com/alecthomas/participle/v2 v2.1.4 // indirect
	github.com/go-json-experiment/json v0.0.0-20260820222146-c27c302e5fc3 // indirect
	github.com/mattn/go-pointer v0.0.1 // indirect
	golang.org/x/text v0.43.0 // indirect
)
