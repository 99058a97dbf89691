// Command bench holds qlik2rego against others: the same sites, the same
// requests, the same decisions, which is checked before anything is timed. It
// prints a table of ratios, taken in one run with all contenders in turns.
package main
