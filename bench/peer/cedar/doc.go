// Package cedar decides with cedar-go. In Cedar a policy cannot depend on other policies, so a right on a
// parent is decided by a separate call of Authorize, parents first, and passed in the context of the
// next call. Groups are sets of strings on the user instead of parents of the user: to deny
// `principal in Group::"x"`, cedar-go looks at the parents of every group.
//
// cedar-go evaluates every policy that it gets, so its users select policies: one contender passes the
// policies of the type and action, the other one also leaves out those for other resources.
package cedar
