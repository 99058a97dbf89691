// Package cedar decides by cedar-go. Cedar has no policy that asks about other
// policies, so a right on a parent is found by a call of Authorize of its own,
// parents first, and goes into the context of the next. Groups are sets of texts
// on the user rather than parents of it: to deny `principal in Group::"x"`,
// cedar-go looks at every group for its own parents.
//
// cedar-go evaluates every policy that it is given, so its users slice: one
// contender gives it the policies of the type and action, the other leaves out
// those for other resources too.
package cedar
