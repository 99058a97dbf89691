// Package cel decides with cel-go: one compiled and optimised program per rule, in a loop over the rules
// by type, action and id. The values that the rules read are separate variables, which cel-go requests
// one by one; rights on parents are decided on demand, and cached.
package cel
