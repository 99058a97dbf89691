import { useState } from "preact/hooks";
import { ActionInfo } from "../api";
import { Icon, kindOf, namesOf, number, wordOf } from "../ui";
import { Cell, GroupInfo, letters, Matrix, Member, strength } from "./model";

/** Line is a row or a column: a group, or one member of an expanded group. */
interface Line { group: number; member?: Member }

const lines = (groups: GroupInfo[], open: Set<number>): Line[] => groups.flatMap((g, group) => [{ group }, ...(open.has(group) ? g.members.map((member) => ({ group, member })) : [])]);

/** cellOf returns the rights of a row on a column: those of the groups or, for a single user and resource, of their exception. */
function cellOf(m: Matrix, row: Line, column: Line): { cell: Cell | null; odd: boolean } {
  const cell = m.cells[row.group][column.group];
  const some = m.exceptions.filter((e) => e.row === row.group && e.columns.includes(column.group) && (!row.member || e.user.id === row.member.id)
    && (!column.member || e.count > e.resources.length || e.resources.some((r) => r.id === column.member!.id)));
  const exact = row.member && column.member && some.find((e) => e.resources.some((r) => r.id === column.member!.id));
  return exact ? { cell: exact, odd: false } : { cell, odd: some.length > 0 };
}

/** Grid shows the matrix. Rows and columns with several members can be expanded. */
export function Grid({ m, typeName, actions, at, onOpen }: { m: Matrix; typeName: string; actions: ActionInfo[]; at?: [number, number]; onOpen: (row: Line, column: Line) => void }) {
  const [rows, setRows] = useState(new Set<number>()), [columns, setColumns] = useState(new Set<number>());
  const toggle = (open: Set<number>, n: number) => { const next = new Set(open); if (!next.delete(n)) next.add(n); return next; };
  const shown = lines(m.resources, columns);
  const nameOf = (x: Member) => x.name || x.id;
  const head = (g: GroupInfo, name: string, open: boolean, fold: () => void) => g.count === 1 ? <span>{name}</span>
    : <button class="fold" aria-expanded={open} onClick={fold} title={g.members.map(nameOf).join("\n")}><Icon name={open ? "down" : "right"} /><span>{name} <i>+{number(g.count - 1)}</i></span></button>;
  return (
    <table class="matrix">
      <thead><tr><th scope="col" class="corner-cell">{typeName}</th>{shown.map((c, i) => <th scope="col" key={i} class={c.member ? "member" : undefined}>
        {c.member ? <span>{nameOf(c.member)}</span> : head(m.resources[c.group], nameOf(m.resources[c.group].members[0]), columns.has(c.group), () => setColumns(toggle(columns, c.group)))}</th>)}</tr></thead>
      <tbody>{lines(m.users, rows).map((r, i) => (
        <tr key={i} class={r.member ? "member" : undefined}><th scope="row">{r.member ? <span>{r.member.id}</span> : head(m.users[r.group], m.users[r.group].members[0].id, rows.has(r.group), () => setRows(toggle(rows, r.group)))}</th>
          {shown.map((c, j) => {
            const { cell, odd } = cellOf(m, r, c);
            const names = cell ? namesOf(cell.actions, actions) : [];
            const kind = names.length ? strength[Math.max(...names.map((n) => strength.indexOf(kindOf(n))))] : "";
            const whom = (r.member ?? m.users[r.group].members[0]).id, what = nameOf(c.member ?? m.resources[c.group].members[0]);
            return <td key={j} class={kind + (odd ? " odd" : "") + (at && at[0] === r.group && at[1] === c.group ? " open" : "")}>
              <button onClick={() => onOpen(r, c)} aria-label={`${whom} on ${what}: ${names.map(wordOf).join(", ") || "nothing"}${odd ? ", with exceptions" : ""}`}>{cell && names.length >= 13 ? "all" : names.map((n) => letters[n]).join("")}</button></td>;
          })}</tr>))}</tbody>
    </table>
  );
}
