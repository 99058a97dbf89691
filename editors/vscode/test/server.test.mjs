// The client library that VS Code uses speaks with the real server. QLIK2REGO names the program.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import test from "node:test";

const require = createRequire(import.meta.url);
const lsp = require("vscode-languageserver-protocol/node");
const program = process.env.QLIK2REGO;

const rule = "---\nname: Sales\nfilter: App_*\nactions: [read]\n---\nuser.group = \"Finance\" AND resource.\n";

test("a session with the server", { skip: program ? false : "QLIK2REGO does not name the program" }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "qrule-"));
  writeFileSync(join(folder, "sales.qrule"), rule);
  const server = spawn(program, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise((resolve) => server.on("exit", resolve));
  const client = lsp.createProtocolConnection(
    new lsp.StreamMessageReader(server.stdout),
    new lsp.StreamMessageWriter(server.stdin),
  );
  const published = new Promise((resolve) => client.onNotification(lsp.PublishDiagnosticsNotification.type, resolve));
  client.listen();
  const { capabilities } = await client.sendRequest(lsp.InitializeRequest.type, {
    processId: process.pid, rootUri: pathToFileURL(folder).href, capabilities: {},
  });
  assert.equal(capabilities.positionEncoding, "utf-16");
  await client.sendNotification(lsp.InitializedNotification.type, {});
  const uri = pathToFileURL(join(folder, "sales.qrule")).href;
  await client.sendNotification(lsp.DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "qrule", version: 1, text: rule },
  });
  const { diagnostics } = await published;
  assert.ok(diagnostics.some((d) => d.code === "Q0208" && d.range.start.line === 5 && d.range.start.character === 23));
  const list = await client.sendRequest(lsp.CompletionRequest.type, {
    textDocument: { uri }, position: { line: 5, character: 36 },
  });
  assert.ok(list.items.some((item) => item.label === "owner"));
  await client.sendRequest(lsp.ShutdownRequest.type);
  await client.sendNotification(lsp.ExitNotification.type);
  assert.equal(await ended, 0);
});
