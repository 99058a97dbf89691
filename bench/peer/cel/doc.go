// Package cel decides by cel-go: a program a rule, compiled beforehand and
// optimised, looped over by type, action and id. The values that the rules read
// are variables of their own, which cel-go asks for one by one; rights on
// parents are found when a program asks for them, and remembered.
package cel
