// Package policies is the hand-written part of a compiled policy: the Rego
// library in qlik/, which every bundle contains beside the generated modules.
//
// It knows the decision interface: what a valid request is, whom and what it is
// about, what is on record, what a request describes itself, and which reason a
// denial has. Package qlik.authz holds the
// entry points, qlik.request the request, qlik.description the form of described
// entities, and qlik.site the look-up of entities.
//
// It refuses to know the rules, the resource types and the properties: it calls
// the generated may, granted_by and actions of data.qlik.types, and reads of a
// described entity what data.qlik.view lists.
package policies
