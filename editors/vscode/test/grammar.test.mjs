// The grammar gives the words of a rule the scopes that themes colour.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";

const require = createRequire(import.meta.url);
const textmate = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm"));
const grammars = {
  "source.qrule": "../syntaxes/qrule.tmLanguage.json",
  "source.qlik-condition": "../syntaxes/condition.tmLanguage.json",
};
const registry = new textmate.Registry({
  onigLib: oniguruma.loadWASM(wasm).then(() => ({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  })),
  loadGrammar: async (scope) =>
    textmate.parseRawGrammar(readFileSync(new URL(grammars[scope], import.meta.url), "utf8"), "grammar.json"),
});

async function tokens(text) {
  const grammar = await registry.loadGrammar("source.qrule");
  let stack = textmate.INITIAL;
  const all = [];
  for (const line of text.split("\n")) {
    const result = grammar.tokenizeLine(line, stack);
    stack = result.ruleStack;
    for (const t of result.tokens) {
      all.push([line.slice(t.startIndex, t.endIndex).trim(), t.scopes.at(-1)]);
    }
  }
  return all.filter(([word, scope]) => word !== "" && !/^source|^meta/.test(scope));
}

const header = "---\nname: Sales and more\nfilter: App_*, Stream_*\nactions: [read, update]\ncomment: \"a \\\" b\"\n---\n";

test("the header", async () => {
  const found = new Map(await tokens(header));
  assert.equal(found.get("name"), "entity.name.tag.qrule");
  assert.equal(found.get("Sales and more"), "string.unquoted.qrule");
  assert.equal(found.get("read"), "string.unquoted.qrule");
});

test("what is wrong in the header", async () => {
  const found = new Map(await tokens("---\nnmae: x\n# note\n---\n"));
  assert.equal(found.get("nmae"), "invalid.illegal.key.qrule");
  assert.equal(found.get("# note"), "invalid.illegal.comment.qrule");
});

for (const [text, word, scope] of [
  ['resource.owner = user', "resource", "variable.language.qlik"],
  ['resource.owner = user', "owner", "variable.other.property.qlik"],
  ['resource.owner = user', "=", "keyword.operator.comparison.qlik"],
  ['resource.@Cost-Center.Empty()', "@Cost-Center", "variable.other.property.custom.qlik"],
  ['resource.@Cost-Center.Empty()', "Empty", "support.function.qlik"],
  ['user.name like "and"', "like", "keyword.operator.comparison.qlik"],
  ['user.name like "and"', "and", "string.quoted.double.qlik"],
  ['true and user.like = "x"', "and", "keyword.operator.logical.qlik"],
  ['true and user.like = "x"', "like", "variable.other.property.qlik"],
  ['true && !false', "!", "keyword.operator.negation.qlik"],
  ['true AND false', "AND", "invalid.illegal.keyword.qlik"],
  ["user.name <> 'x'", "<>", "invalid.illegal.operator.qlik"],
  ["user.name <> 'x'", "'", "invalid.illegal.quote.qlik"],
  ['user.name != "a"', "!=", "keyword.operator.comparison.qlik"],
]) {
  test(`${word} in ${text}`, async () => {
    const found = new Map(await tokens(header + text));
    assert.equal(found.get(word), scope);
  });
}
