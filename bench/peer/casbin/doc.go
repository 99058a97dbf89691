// Package casbin decides with casbin: attribute-based, with the strings that rules compare as policy
// rows. Rules of one shape share a matcher, and have an enforcer for each type and action: casbin
// compiles a matcher once, whereas its eval(), with one matcher per rule, compiles at every decision. In
// casbin a policy cannot depend on other policies; rights on parents are a function.
package casbin
