package condition

// runeName returns "": the table of the names of all characters is a quarter of a
// megabyte, which a page in a browser need not carry.
func runeName(rune) string { return "" }
