// Command bench compares qlik2rego with other policy engines: with the same sites and the same requests.
// It checks that all contenders make the same decisions before it measures times. It prints a table of
// ratios, measured in one run in which the contenders take turns.
package main
