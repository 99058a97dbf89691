// Package escalate computes what a user can reach by changing what its rights allow it to
// change: a user who may edit rules can grant itself everything, one who may change roles can
// take any role, and one who may edit users can set the custom properties that rules read.
//
// A persona is a user with given roles, groups and other properties, and no others. Level 0 is
// the rights that the persona has on some resource, decided for all possible resources (package
// solve). Each level frees the properties of the user that the rights of the previous level let
// the persona change, and decides again, until no right is added. Steps name the rule that
// grants the right that they use, found by the independent evaluator for a witness.
//
//	persona.go   personas, from rules and from a snapshot
//	levers.go    which right changes what
//	run.go       the levels
//	onrecord.go  the users and the objects of a site
//	resources.go changes of resources; content.go those of existing ones
//
// Whether Qlik evaluates a rule before or after it is edited is not known. If the granting rule
// restricts which rules may be edited, both interpretations are reported, and the wider one
// counts.
//
// Rights are counted by type and action, on some resource. Changing a resource (its owner, its
// stream, its custom properties, or by a copy) adds no right of that kind; its gains are rights
// that the user has on the changed resource, and did not have on it before.
package escalate
