// Package policies is the hand-written part of a compiled policy: the Rego library in qlik/,
// which every bundle contains in addition to the generated modules.
//
// It knows the decision interface: what a valid request is, its subject and its resource, which
// entities exist, what a request describes itself, and the reason of a denial. Package
// qlik.authz has the entry points, qlik.request parses the request, qlik.description defines
// the form of described entities, and qlik.site looks up entities.
//
// It does not know rules, resource types or properties: it calls the generated may, granted_by
// and actions of data.qlik.types, and reads the properties of a described entity that
// data.qlik.view lists.
package policies
