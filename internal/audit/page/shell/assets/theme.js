// The theme is the system's unless one is chosen. Nothing is stored.
function startTheme() {
  const names = ["system", "light", "dark"];
  let at = 0;
  $("theme").addEventListener("click", () => {
    at = (at + 1) % names.length;
    if (at) document.documentElement.dataset.theme = names[at];
    else delete document.documentElement.dataset.theme;
    $("theme").textContent = `Theme: ${names[at]}`;
  });
}
