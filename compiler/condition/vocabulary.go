package condition

// Entry is a word of the language, for editors, grammars and documentation.
type Entry struct {
	Word string
	// Summary explains the word, in Markdown.
	Summary string
	Example string
}

// Vocabulary is all words of the language by kind, in display order.
type Vocabulary struct {
	Roots, Connectives, Constants, Operators, Functions []Entry
}

// vocabulary is the words of the language. A test compares the table with the scanner; the
// grammars of the editors are generated from it.
var vocabulary = Vocabulary{
	Roots: []Entry{
		{"resource", "The resource that the request is about.", `resource.name = "Sales"`},
		{"user", "The user who sends the request. Names that are not properties are attributes of the directory.", `user.group = "Finance"`},
		{"node", "The node that is to serve an app; only in rules of the category Sync.", `node.name = "Central"`},
	},
	Connectives: []Entry{
		{"and", "True if all operands are. It binds tighter than `or`.", `resource.owner = user and !user.IsAnonymous()`},
		{"or", "True if one of the operands is.", `user.group = "A" or user.group = "B"`},
	},
	Constants: []Entry{
		{"true", "Always true: the rule grants to everybody.", `true`},
		{"false", "Always false: the rule grants nothing.", `false`},
	},
	Operators: []Entry{
		{"=", "True if both sides share a value, ignoring case. False if a side has no value.", `user.group = resource.@Group`},
		{"==", "True if both sides share a value, exactly as written.", `resource.name == "Sales"`},
		{"!=", "True if *some* pair of values differs, ignoring case, or a side has no value. For lists it is not the negation of `=`: use `!(… = …)`.", `resource.type != "folder"`},
		{"!==", "True if some pair of values differs as written, or a side has no value.", `resource.name !== "Sales"`},
		{"like", "True if a value matches the pattern as a whole, ignoring case. `*` matches any text, `?` one character.", `resource.name like "Sales*"`},
		{"matches", "True if a value matches the regular expression as a whole, ignoring case.", `resource.id matches "[0-9a-f-]{36}"`},
	},
	Functions: []Entry{
		{"HasPrivilege", "True if the user has the action on one of these resources, by all rules together.", `resource.stream.HasPrivilege("read")`},
		{"IsAnonymous", "True if the user has not logged in.", `!user.IsAnonymous()`},
		{"Empty", "True if the path has no value: a property that is not set, or a relation that leads nowhere.", `resource.stream.Empty()`},
		{"IsOwned", "True if the resource has an owner.", `resource.IsOwned()`},
	},
}

// Language returns the words of the language.
func Language() Vocabulary { return vocabulary }
