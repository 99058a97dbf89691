package condition

// runeName returns "": the table of Unicode names would add a quarter of a megabyte to a page
// in a browser.
func runeName(rune) string { return "" }
