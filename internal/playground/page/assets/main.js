// The page sends the rules, the site and the request to the program at every keystroke, and shows the answer.

let state = structuredClone(data.example);
let at = 0; // the index of the edited rule
let answer = { findings: [], modules: [], skipped: [], users: [], resources: [], actions: [] };

const nameOf = (text, i) => (/^name:\s*(.+?)\s*$/m.exec(text) || [null, `rule ${i + 1}`])[1].replace(/^["']|["']$/g, "");

// options fills a select. It keeps the selected value if the list contains it.
function options(select, list, chosen) {
  select.replaceChildren(...list.map(([value, label]) => el("option", { value, text: label })));
  select.value = list.some(([value]) => value === chosen) ? chosen : list.length ? list[0][0] : "";
  return select.value;
}

const keyOf = (r) => JSON.stringify([r.type, r.id]);

function showChips() {
  $("chips").replaceChildren(...state.rules.map((text, i) => el("li", {}, el("button", {
    type: "button", "aria-pressed": i === at ? "true" : "false", class: answer.findings.some((f) => f.severity === "error" && f.where && f.where.text === i) ? "broken" : null,
    onclick: () => { at = i; showTexts(); showChips(); },
  }, nameOf(text, i)))));
  $("remove").disabled = state.rules.length < 2;
}

function showTexts() {
  if ($("rule").value !== state.rules[at]) $("rule").value = state.rules[at];
  if ($("site").value !== state.site) $("site").value = state.site;
}

function showRego() {
  const chosen = options($("module"), answer.modules.map((m) => [m.path, m.path]), $("module").value || "qlik/types/app.rego");
  const module = answer.modules.find((m) => m.path === chosen);
  $("rego").textContent = module ? module.source : "No rule compiles.";
}

// decide gets an answer from the program and shows it. If a selected user or resource no longer
// exists, it selects the first one.
function decide() {
  const r = state.request;
  try {
    answer = ask(state);
    const before = JSON.stringify(r);
    r.user = options($("r-user"), answer.users.map((u) => [u.id, u.name ? `${u.id} (${u.name})` : u.id]), r.user);
    r.action = options($("r-action"), answer.actions.map((a) => [a, a]), r.action);
    const resource = options($("r-resource"), answer.resources.map((e) => [keyOf(e), `${e.type} ${e.name || e.id}`]), keyOf(r));
    [r.type, r.id] = resource ? JSON.parse(resource) : ["", ""];
    $("r-context").value = r.context;
    if (JSON.stringify(r) !== before) answer = ask(state);
  } catch (e) {
    say(`The program stopped (${e}). Reload the page; "Copy a link" keeps your rules and your site.`);
    return;
  }
  showChips();
  showDecision(answer);
  showFindings(answer, go, edit);
  showRego();
  document.documentElement.dataset.answers = String(Number(document.documentElement.dataset.answers || 0) + 1);
}

function say(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

// go shows a location in a text.
function go(where) {
  if (where.text >= 0) { at = where.text; showTexts(); showChips(); }
  const area = where.text < 0 ? $("site") : $("rule");
  area.focus();
  area.setSelectionRange(where.start, Math.max(where.end, where.start + 1));
}

// edit applies a fix.
function edit(where, fix) {
  const text = where.text < 0 ? state.site : state.rules[where.text];
  const fixed = text.slice(0, fix.start) + fix.replacement + text.slice(fix.end);
  if (where.text < 0) state.site = fixed; else state.rules[where.text] = fixed;
  go({ ...where, start: fix.start, end: fix.start + fix.replacement.length });
  showTexts();
  decide();
}

let waiting = 0;
function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(decide, 150);
}

function listen() {
  $("rule").addEventListener("input", () => {
    const texts = split($("rule").value);
    state.rules.splice(at, 1, ...texts);
    if (texts.length > 1 || texts[0] !== $("rule").value) showTexts();
    soon();
  });
  $("site").addEventListener("input", () => { state.site = $("site").value; soon(); });
  $("add").addEventListener("click", () => {
    state.rules.push(data.example.fresh);
    at = state.rules.length - 1;
    showTexts();
    $("rule").focus();
    decide();
  });
  $("remove").addEventListener("click", () => { state.rules.splice(at, 1); at = Math.max(0, at - 1); showTexts(); decide(); });
  $("request").addEventListener("submit", (e) => e.preventDefault());
  $("request").addEventListener("input", () => {
    [state.request.type, state.request.id] = JSON.parse($("r-resource").value || '["",""]');
    Object.assign(state.request, { user: $("r-user").value, action: $("r-action").value, context: $("r-context").value });
    decide();
  });
  $("module").addEventListener("input", showRego);
  $("reset").addEventListener("click", () => { state = structuredClone(data.example); at = 0; showTexts(); decide(); });
  $("share").addEventListener("click", async () => {
    history.replaceState(null, "", await linkOf(state));
    try {
      await navigator.clipboard.writeText(location.href);
      say("The link is copied. It contains the rules and the site, which browsers do not send to servers.");
    } catch {
      say("The link is in the address bar. It contains the rules and the site, which browsers do not send to servers.");
    }
  });
}

async function main() {
  startTheme();
  showTexts();
  showChips();
  if (location.hash.length > 1) {
    const linked = await stateOf(location.hash);
    if (linked) state = linked; else say("The link is damaged. The page shows the example instead.");
  }
  await startProgram();
  showTexts();
  listen();
  if (!$("notice").textContent.includes("damaged")) say("");
  decide();
}

document.documentElement.dataset.ready = "true";
main().catch((e) => say(`The program does not start in this browser: ${e}`));
