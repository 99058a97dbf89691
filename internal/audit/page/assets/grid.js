// A grid of which only what is in sight is in the page, whatever its size. The focus
// stays on the grid; the cell that keys have come to is its active descendant.

const rowHeight = 28, colWidth = 48, headHeight = 200;

// headed is what is in a header: a name that may be cut, and a count that is not.
const headed = (h) => [el("span", {}, h.text), h.count ? el("span", { class: "count" }, h.count) : ""];

class Grid {
  // The source has rows and cols (numbers), row(i), col(j) → {text, count, title},
  // cell(i, j) → {text, title, class}, and open(i, j), which may get -1 for a header.
  constructor(root, name) {
    this.root = root;
    this.name = name;
    this.source = { rows: 0, cols: 0 };
    this.at = [0, 0];
    this.opened = null;
    root.setAttribute("role", "grid");
    root.setAttribute("aria-label", name);
    root.tabIndex = 0;
    root.addEventListener("scroll", () => this.later());
    root.addEventListener("keydown", (e) => this.key(e));
    root.addEventListener("click", (e) => this.click(e));
    new ResizeObserver(() => this.later()).observe(root);
  }

  get headWidth() { return matchMedia("(max-width: 40rem)").matches ? 150 : 230; }

  show(source) {
    this.source = source;
    this.opened = null;
    this.root.scrollTo(0, 0);
    this.at = [0, 0];
    this.size();
    this.draw();
  }

  size() {
    const width = this.headWidth + this.source.cols * colWidth, height = headHeight + this.source.rows * rowHeight;
    this.root.style.width = `${width + 18}px`;
    this.root.style.height = `${height + 18}px`;
    this.root.setAttribute("aria-rowcount", this.source.rows + 1);
    this.root.setAttribute("aria-colcount", this.source.cols + 1);
  }

  later() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => { this.pending = 0; this.draw(); });
  }

  draw() {
    const { root, source, headWidth } = this;
    const canvas = el("div", { class: "canvas", role: "presentation" });
    const width = headWidth + source.cols * colWidth;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${headHeight + source.rows * rowHeight}px`;
    const r0 = Math.max(0, Math.floor(root.scrollTop / rowHeight) - 2);
    const r1 = Math.min(source.rows, Math.ceil((root.scrollTop + root.clientHeight - headHeight) / rowHeight) + 2);
    const c0 = Math.max(0, Math.floor(root.scrollLeft / colWidth) - 1);
    const c1 = Math.min(source.cols, Math.ceil((root.scrollLeft + root.clientWidth - headWidth) / colWidth) + 1);
    const head = el("div", { class: "row head", role: "row", "aria-rowindex": 1 }, el("div", { class: "corner", role: "columnheader", "aria-colindex": 1 }, source.corner || ""));
    head.style.width = `${width}px`;
    for (let j = c0; j < c1; j++) {
      const h = source.col(j);
      head.append(this.place(el("div", { class: "col", role: "columnheader", "aria-colindex": j + 2, title: h.title }, ...headed(h)), -1, j));
    }
    canvas.append(head);
    for (let i = r0; i < r1; i++) {
      const row = el("div", { class: "row", role: "row", "aria-rowindex": i + 2 });
      row.style.width = `${width}px`;
      row.style.top = `${headHeight + i * rowHeight}px`;
      const h = source.row(i);
      row.append(this.place(el("div", { class: "who", role: "rowheader", "aria-colindex": 1, title: h.title }, ...headed(h)), i, -1));
      for (let j = c0; j < c1; j++) {
        const c = source.cell(i, j);
        row.append(this.place(el("div", { class: `cell ${c.class}`, role: "gridcell", "aria-colindex": j + 2, title: c.title, "aria-label": c.title }, c.text), i, j));
      }
      canvas.append(row);
    }
    const { scrollTop, scrollLeft } = root;
    root.replaceChildren(canvas);
    root.scrollTop = scrollTop;
    root.scrollLeft = scrollLeft;
    const active = document.getElementById(this.id(...this.at));
    if (active) root.setAttribute("aria-activedescendant", active.id);
    else root.removeAttribute("aria-activedescendant");
  }

  id(i, j) { return `${this.root.id}-${i}-${j}`; }

  place(cell, i, j) {
    cell.id = this.id(i, j);
    if (j >= 0) cell.style.left = `${this.headWidth + j * colWidth}px`;
    if (i === this.at[0] && j === this.at[1]) cell.classList.add("active");
    if (this.opened && i === this.opened[0] && j === this.opened[1]) cell.classList.add("open");
    return cell;
  }

  // go makes a cell the active one and brings it into sight.
  go(i, j) {
    i = Math.max(-1, Math.min(i, this.source.rows - 1));
    j = Math.max(-1, Math.min(j, this.source.cols - 1));
    if (i < 0 && j < 0) return;
    this.at = [i, j];
    const { root, headWidth } = this;
    if (i >= 0) {
      const top = i * rowHeight;
      if (top < root.scrollTop) root.scrollTop = top;
      else if (top + rowHeight > root.scrollTop + root.clientHeight - headHeight) root.scrollTop = top + rowHeight - root.clientHeight + headHeight;
    }
    if (j >= 0) {
      const left = j * colWidth;
      if (left < root.scrollLeft) root.scrollLeft = left;
      else if (left + colWidth > root.scrollLeft + root.clientWidth - headWidth) root.scrollLeft = left + colWidth - root.clientWidth + headWidth;
    }
    this.draw();
  }

  open() {
    this.opened = [...this.at];
    this.draw();
    this.source.open(...this.at);
  }

  key(e) {
    const [i, j] = this.at;
    const page = Math.max(1, Math.floor((this.root.clientHeight - headHeight) / rowHeight) - 1);
    const far = e.ctrlKey || e.metaKey;
    const moves = {
      ArrowUp: [far ? 0 : i - 1, j], ArrowDown: [far ? this.source.rows : i + 1, j],
      ArrowLeft: [i, far ? 0 : j - 1], ArrowRight: [i, far ? this.source.cols : j + 1],
      PageUp: [Math.max(0, i - page), j], PageDown: [i + page, j],
      Home: [far ? 0 : i, 0], End: [far ? this.source.rows : i, this.source.cols],
    };
    if (e.altKey || !this.source.rows || !this.source.cols) return;
    if (moves[e.key]) this.go(...moves[e.key]);
    else if (e.key === "Enter" || e.key === " ") { this.open(); focusDetail(); }
    else return;
    e.preventDefault();
  }

  click(e) {
    const cell = e.target.closest("[id]");
    const at = cell && cell.id.match(/-(-?\d+)-(-?\d+)$/);
    if (!at) return;
    this.at = [Number(at[1]), Number(at[2])];
    this.open();
  }
}
