(fence) @punctuation.delimiter
(key) @property
(unknown_key) @error
(value) @string
(continuation) @string

["and" "or" "&&" "||" "!"] @keyword.operator
(operator) @operator
(boolean) @boolean
(root) @variable.builtin
(property) @variable.member
(custom_property) @attribute
(function) @function.builtin
(string) @string
["(" ")"] @punctuation.bracket
"." @punctuation.delimiter
