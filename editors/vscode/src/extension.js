// The client of the language server, and the commands that open a terminal with the program.
const vscode = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

function setting(name) {
  return vscode.workspace.getConfiguration("qlik2rego").get(name);
}

async function start() {
  const command = setting("path");
  client = new LanguageClient(
    "qlik2rego",
    "Qlik security rules",
    { command, args: ["lsp"], transport: TransportKind.stdio },
    {
      documentSelector: [
        { language: "qrule" },
        { language: "json", pattern: "**/*systemrule*.json" },
      ],
      initializationOptions: { snapshot: setting("snapshot") },
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/{*.qrule,*.json}") },
    },
  );
  try {
    await client.start();
  } catch (error) {
    vscode.window.showErrorMessage(
      `The program ${command} cannot be started: ${error.message}. Install qlik2rego, or name it in the setting qlik2rego.path.`,
    );
  }
}

// run runs the program in a terminal, without a shell that could read the arguments otherwise.
function run(name, args) {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const task = new vscode.Task(
    { type: "process" },
    vscode.TaskScope.Workspace,
    name,
    "qlik2rego",
    new vscode.ProcessExecution(setting("path"), args, { cwd: folder }),
    "$qlik2rego",
  );
  task.presentationOptions = { clear: true, focus: true };
  return vscode.tasks.executeTask(task);
}

function site() {
  return setting("snapshot") || "site";
}

async function explain() {
  const subject = await vscode.window.showInputBox({ title: "User", placeHolder: "ACME\\anna" });
  if (!subject) return;
  const action = await vscode.window.showInputBox({ title: "Action", value: "read" });
  if (!action) return;
  const resource = await vscode.window.showInputBox({ title: "Resource", placeHolder: "App:Sales" });
  if (!resource) return;
  run("explain", ["explain", ".", "--snapshot", site(), "--subject", subject, "--action", action, "--resource", resource]);
}

async function diff() {
  const old = await vscode.window.showOpenDialog({
    title: "Rules to compare with", openLabel: "Compare", canSelectFiles: true, canSelectFolders: true,
  });
  if (!old) return;
  run("diff", ["diff", old[0].fsPath, ".", "--snapshot", site()]);
}

async function restart() {
  await client?.stop();
  await start();
}

exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand("qlik2rego.explain", explain),
    vscode.commands.registerCommand("qlik2rego.diff", diff),
    vscode.commands.registerCommand("qlik2rego.restart", restart),
  );
  await start();
};

exports.deactivate = () => client?.stop();
