// Package snapshot reads a snapshot of a site: a folder with a JSON file per
// entity type, as the repository's interface gives them. It joins the entities,
// checks them, and hands them on in one of two forms: whole and in memory
// (Load), or projected to what the rules read and streamed in bounded memory
// (Project), which is what a bundle holds.
//
// It knows how the repository writes entities and, from a schema, which of
// their fields are properties, relations and custom properties. It refuses to
// know rules and decisions; what rules read it is told by a schema.View.
//
// Both forms come from one decoder and tell the same truth. What is wrong is
// reported with its place in the file; thousands of like findings are counted
// rather than listed.
package snapshot
