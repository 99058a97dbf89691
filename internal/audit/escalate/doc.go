// Package escalate says what a user can reach by changing what its rights let it change:
// who may edit rules can give itself everything, who may change roles can take any role,
// who may edit users can set the custom properties that rules read.
//
// A persona is a user with given roles, groups and other properties, and no others. Level
// 0 are the rights that the persona has on some resource, decided for all resources that
// could be (package solve). Each level frees the properties of the user that the rights
// of the level before let the persona change, and asks again, until no right is added.
// Steps carry the rule that grants the right they use, found by the independent
// evaluator on a witness.
//
//	persona.go   personas, from rules and from a snapshot
//	levers.go    which right changes what
//	run.go       the levels
//	onrecord.go  what the users and the objects of a site are
//	resources.go changes of resources, content.go those on record
//
// Whether the product judges a rule before or after it is edited is not known. Where
// the granting rule restricts which rules may be edited, both readings are given, and the
// wider one counts.
//
// Rights are counted by type and action, on some resource. Changing a resource (its owner,
// its stream, its custom properties, or by a copy) adds no right of that kind; its gains
// are rights that the user has on the changed resource, and did not have on it before.
package escalate
