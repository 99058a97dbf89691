// The page as a whole: parts, context, keys, paper.

const tabs = [...$("tabs").querySelectorAll("[role=tab]")];
const shows = { overview: showOverview, matrix: showMatrix, tree: showTree, create: showCreate, rules: showRules, roles: showRoles };
const made = new Set();

// openTab shows a part, which is made when it is first looked at.
function openTab(name) {
  for (const tab of tabs) {
    const on = tab.getAttribute("aria-controls") === name;
    tab.setAttribute("aria-selected", on);
    tab.tabIndex = on ? 0 : -1;
    $(tab.getAttribute("aria-controls")).hidden = !on;
  }
  make(name);
  note(true);
}

function make(name) {
  if (made.has(name)) return;
  made.add(name);
  shows[name]();
}

