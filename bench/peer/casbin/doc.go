// Package casbin decides by casbin: attribute-based, with the texts that rules
// compare as policy rows. Rules of one shape share a matcher, and have an
// enforcer for each type and action: casbin compiles a matcher once, while its
// eval(), for a matcher a rule, compiles at every decision. Casbin has no policy
// that asks about other policies; rights on parents are a function.
package casbin
