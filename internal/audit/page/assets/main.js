function startTabs() {
  for (const tab of tabs) tab.addEventListener("click", () => openTab(tab.getAttribute("aria-controls")));
  $("tabs").addEventListener("keydown", (e) => {
    const at = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    tabs[to % tabs.length].focus();
    tabs[to % tabs.length].click();
  });
}

function startContext() {
  $("context").replaceChildren(...contexts.map((c, n) => el("option", { value: n }, contextName(c.data))));
  $("context").addEventListener("input", (e) => {
    state.context = Number(e.target.value);
    made.clear();
    make(tabNow());
    note(true);
  });
}

function startHelp() {
  const keys = [
    [["←", "→", "↑", "↓"], "between cells and headers; with Ctrl to the edge"],
    [["Page up", "Page down", "Home", "End"], "further"],
    [["Enter"], "details of the cell; in the tree, its matrix"],
    [["Esc"], "back to the matrix"],
    [["←", "→"], "in the tree: close and open"],
  ];
  $("help").addEventListener("click", () => showDialog("Keys and colours",
    el("table", {}, el("tbody", {}, keys.map(([k, what]) => el("tr", {}, el("th", { scope: "row" }, k.map((x) => [el("kbd", {}, x), " "])), el("td", {}, what))))),
    el("h3", {}, "Colours and letters"),
    el("ul", {}, kinds.map((k) => el("li", {}, el("span", { class: `sw ${k.key}` }, k.name), " ", k.actions.map((a) => `${actionName(a)} ${letters[a]}`).join(", ")))),
    el("p", {}, "A cell has the colour of the strongest right and the letters of all rights. “+” means that there are more, “all” that every action is granted. A cut corner means that some pairs of the two classes differ, such as owners and their resources."),
    el("h3", {}, "Equivalence classes"),
    el("p", {}, "Users who have the same rights by the same rules on all resources are one equivalence class. Resources on which everybody has the same rights are one, too. A class is named after what its members have in common, with their number. The compiled policy made all decisions; this page only shows them."),
  ));
}

startMatrix();
startTabs();
startContext();
startTheme();
startHelp();
$("dialog").addEventListener("close", () => { state.about = null; note(false); });
addEventListener("popstate", follow);
following = true; // what is shown at first is not in the address, which may name something else
openTab("overview");
following = false;
follow();
addEventListener("beforeprint", () => {
  for (const name of Object.keys(shows)) make(name);
  printMatrix();
});
document.documentElement.dataset.ready = "true";
