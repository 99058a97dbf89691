// What is shown, as a file for spreadsheets.

// csvCell writes a value as the program does (internal/tabular): a text that spreadsheets
// would take for a formula gets an apostrophe in front.
function csvCell(value) {
  let text = String(value);
  if (typeof value !== "number" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// csv writes rows, with the mark by which Excel knows UTF-8.
const csv = (rows) => "\ufeff" + rows.map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";

// download offers rows as a file.
function download(name, rows) {
  const url = URL.createObjectURL(new Blob([csv(rows)], { type: "text/csv;charset=utf-8" }));
  el("a", { href: url, download: `${name.replace(/[^\w.-]+/g, "-")}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

// rowsOf are the rows of a table in the page, figures as numbers.
const rowsOf = (table) => [...table.querySelectorAll("tr:not([hidden])")].map((tr) => [...tr.cells].map((cell) => {
  const text = cell.dataset.csv ?? cell.textContent.trim();
  return cell.tagName === "TD" && /^[\d,]+$/.test(text) ? Number(text.replaceAll(",", "")) : text;
}));

// csvButton offers what rows returns when it is pressed.
const csvButton = (name, rows) => el("button", { type: "button", class: "quiet noprint", onclick: () => download(name(), rows()) }, "Download CSV");
