// Package snapshot reads a snapshot of a site: a directory with a JSON file per entity type, as
// exported by the repository service. It joins and checks the entities, and returns them in one of
// two forms: complete and in memory (Load), or reduced to what the rules read and streamed in
// bounded memory (Project), which is the content of a bundle.
//
// It knows how the repository writes entities and, from a schema, which of their fields are
// properties, relations and custom properties. It does not know rules or decisions: a schema.View
// describes what rules read.
//
// Both forms use one decoder, so that they agree. Errors have their positions in the file; of many
// similar findings, the first are listed and the rest is counted.
package snapshot
