// The grammar of .qrule files: a header between two lines ---, and a condition. The file may
// also be a condition alone. The words come from the table of the language in Go
// (words.json, written by go test ./editors -update).
//
// After a change, generate the parser (README.md): the files in src are committed, since
// editors compile them.

const words = require("./words.json");

// anyCase matches a word in any case.
const anyCase = (word) => new RegExp([...word].map((c) => (/[a-z]/i.test(c) ? `[${c.toLowerCase()}${c.toUpperCase()}]` : c)).join(""));
const symbols = words.operators.filter((o) => !/^[a-z]/.test(o));
const patterns = words.operators.filter((o) => /^[a-z]/.test(o));

module.exports = grammar({
  name: "qrule",

  extras: () => [/[ \t\r\n]/],
  word: ($) => $._word,

  rules: {
    source_file: ($) => seq(optional($.header), optional($._condition)),

    // A value ends with its line; lines that are indented belong to it.
    header: ($) => seq($.fence, repeat($.entry), $.fence),
    fence: () => token(prec(2, /---[ \t]*\r?\n/)),
    entry: ($) => seq(
      field("key", choice($.key, $.unknown_key)), token.immediate(":"),
      optional(token.immediate(/[ \t]+/)), optional(field("value", $.value)), repeat($.continuation)),
    key: () => choice(...words.keys),
    unknown_key: ($) => $._word,
    value: () => token.immediate(/[^ \t\r\n][^\r\n]*/),
    continuation: () => token.immediate(/(\r?\n[ \t]*)*\r?\n[ \t]+[^ \t\r\n][^\r\n]*/),

    _condition: ($) => choice($.or, $.and, $.not, $.group, $.comparison, $.call, $.boolean),
    or: ($) => prec.left(1, seq($._condition, choice("or", "||"), $._condition)),
    and: ($) => prec.left(2, seq($._condition, choice("and", "&&"), $._condition)),
    not: ($) => prec(3, seq("!", $._condition)),
    group: ($) => seq("(", $._condition, ")"),
    boolean: () => choice(...words.constants),

    comparison: ($) => choice(
      seq(field("left", $._operand), field("operator", alias(choice(...symbols), $.operator)), field("right", $._operand)),
      seq(field("left", $._operand), field("operator", alias(choice(...patterns), $.operator)), field("right", $.string))),
    _operand: ($) => choice($.string, $.path),
    call: ($) => seq($.path, token.immediate("."), $.function, optional($.string), ")"),

    // A path has no spaces. The parenthesis is a part of the function's token: without it the
    // word is a property.
    path: ($) => choice($.root, seq($.path, token.immediate("."), choice($.property, $.custom_property))),
    root: () => token(prec(1, choice(...words.roots.map(anyCase)))),
    function: () => token.immediate(prec(1, choice(...words.functions.map((f) => seq(anyCase(f), /[ \t\r\n]*\(/))))),
    property: () => token.immediate(/[A-Za-z_][A-Za-z0-9_]*/),
    custom_property: () => token.immediate(/@[A-Za-z0-9_-]+/),

    string: () => /"([^"\\]|\\(.|\n))*"/,
    _word: () => /[A-Za-z_][A-Za-z0-9_-]*/,
  },
});
