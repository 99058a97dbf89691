import { useState } from "preact/hooks";
import { useShared } from "../context";
import { href, Route, setQuery, useStream } from "../hooks";
import { parsePerson } from "../person";
import { ActionChips, Busy, count, Dialog, Empty, Head, kindOf, namesOf, number, Problem, Search, Select, wordOf } from "../ui";
import { Explain } from "../user/explain";

interface Member { id: string; name: string }
interface Group { count: number; members: Member[] }
interface Cell { actions: number; rules: string[] }
interface Exception extends Cell { user: Member; resources: Member[]; count: number; row: number; columns: number[] }
interface Matrix { types: { key: string; name: string; count: number }[]; type: string; users: Group[]; resources: Group[]; cells: (Cell | null)[][]; moreUsers: number; moreResources: number; exceptions: Exception[] }

const letters: Record<string, string> = {
  create: "C", read: "R", update: "U", delete: "D", export: "E", publish: "P", changeowner: "O", changerole: "L", exportdata: "X", offlineaccess: "F", distribute: "I", duplicate: "2", approve: "A",
};
const strength = ["read", "take", "change", "control"];

/** Access is the matrix of one type by groups of users and resources with the same rights. */
export function Access({ route }: { route: Route }) {
  const { state } = useShared();
  const get = (k: string) => route.query.get(k) ?? "";
  const query = { context: get("context") || "hub", type: get("type") || "stream", user: get("user"), resource: get("resource"), action: get("action") };
  const search = new URLSearchParams(query).toString();
  const work = useStream<Matrix>(state.snapshot ? "/api/access?" + search + "&of=" + state.rules.map((r) => r.revision.slice(0, 2)).join("") : null, undefined, 150);
  const [at, setAt] = useState<[number, number]>();
  if (!state.snapshot) return <><Head title="Access" /><Empty title="There is no snapshot"><p>The matrix is about the users and resources of a snapshot. <code>qlik2rego pull</code> makes one.</p></Empty></>;
  const m = work.value;
  const typeName = m?.types.find((t) => t.key === m.type)?.name ?? query.type;
  return (
    <>
      <Head title="Access"><a class="button" href={"/api/access.csv?" + search} download>Export CSV</a></Head>
      <div class="toolbar" role="search">
        <Select label="Resources" value={query.type} options={(m?.types ?? [{ key: query.type, name: query.type, count: 0 }]).map((t): [string, string] => [t.key, `${t.name} (${number(t.count)})`])} onChange={(v) => setQuery({ type: v })} />
        <Select label="Where" value={query.context} options={[["hub", "Hub"], ["qmc", "Console"]]} onChange={(v) => setQuery({ context: v })} />
        <Select label="Action" value={query.action} options={[["", "Any"], ...state.actions.map((a): [string, string] => [a.name, wordOf(a.name)])]} onChange={(v) => setQuery({ action: v })} />
        <Search label="Users" value={query.user} onInput={(v) => setQuery({ user: v })} />
        <Search label="Resources by name" value={query.resource} onInput={(v) => setQuery({ resource: v })} />
      </div>
      <Busy work={work} what="Deciding who may do what" />
      {work.error && <Problem error={work.error} />}
      {m && (m.users.length === 0 || m.resources.length === 0 ? <Empty title={m.users.length === 0 ? "No user matches" : "No resource matches"}><button onClick={() => setQuery({ user: "", resource: "" })}>Clear the search</button></Empty> : <>
        <p class="muted small">A row is users with the same rights, a column is resources on which everybody has the same. {count(m.users.reduce((n, g) => n + g.count, 0), "user")} in {count(m.users.length, "row")}, {count(m.resources.reduce((n, g) => n + g.count, 0), "resource")} in {count(m.resources.length, "column")}.
          {m.moreUsers + m.moreResources > 0 && ` ${number(m.moreUsers)} rows and ${number(m.moreResources)} columns are not shown: search for users or resources.`}</p>
        <div class={"matrix-wrap card" + (work.busy ? " stale" : "")} tabIndex={0} role="region" aria-label={"Access matrix of " + typeName}>
          <table class="matrix">
            <thead><tr><th scope="col" class="corner-cell">{typeName}</th>{m.resources.map((g, c) => <th scope="col" key={c} title={g.members.map((x) => x.name || x.id).join("\n")}><span>{g.members[0].name || g.members[0].id}{g.count > 1 && <i> +{number(g.count - 1)}</i>}</span></th>)}</tr></thead>
            <tbody>{m.users.map((g, r) => (
              <tr key={r}><th scope="row" title={g.members.map((x) => x.id).join("\n")}>{g.members[0].id}{g.count > 1 && <i> +{number(g.count - 1)}</i>}</th>
                {m.cells[r].map((cell, c) => {
                  const names = cell ? namesOf(cell.actions, state.actions) : [];
                  const kind = cell ? strength[Math.max(...names.map((n) => strength.indexOf(kindOf(n))))] : "";
                  const odd = m.exceptions.some((e) => e.row === r && e.columns.includes(c));
                  return <td key={c} class={kind + (odd ? " odd" : "") + (at && at[0] === r && at[1] === c ? " open" : "")}>
                    <button onClick={() => setAt([r, c])} aria-label={`${g.members[0].id} on ${m.resources[c].members[0].name || m.resources[c].members[0].id}: ${names.map(wordOf).join(", ") || "nothing"}${odd ? ", with exceptions" : ""}`}>{cell && names.length >= 13 ? "all" : names.map((n) => letters[n]).join("")}</button></td>;
                })}</tr>))}</tbody>
          </table>
        </div>
        <ul class="legend">{state.actions.filter((a) => !query.action || a.name === query.action).map((a) => <li key={a.name}><span class={"sw " + kindOf(a.name)}>{letters[a.name]}</span> {wordOf(a.name)}</li>)}<li><span class="sw odd-sw" /> some users in it have other rights, such as owners</li></ul>
        {at && m.users[at[0]] && m.resources[at[1]] && <CellDialog m={m} at={at} typeName={typeName} context={query.context} close={() => setAt(undefined)} />}
      </>)}
    </>
  );
}

function CellDialog({ m, at, typeName, context, close }: { m: Matrix; at: [number, number]; typeName: string; context: string; close: () => void }) {
  const { state } = useShared();
  const users = m.users[at[0]], resources = m.resources[at[1]], cell = m.cells[at[0]][at[1]];
  const [user, setUser] = useState(users.members[0].id);
  const [resource, setResource] = useState(resources.members[0].id);
  const [action, setAction] = useState(cell ? namesOf(cell.actions, state.actions)[0] : "read");
  const odd = m.exceptions.filter((e) => e.row === at[0] && e.columns.includes(at[1]));
  const ruleName = (id: string) => state.rules.find((r) => r.id === id)?.name || id;
  return (
    <Dialog title={`${count(users.count, "user")} × ${count(resources.count, typeName)}`} close={close}>
      {cell ? <p><ActionChips mask={cell.actions} actions={state.actions} most={13} /> <span class="muted">by</span> {cell.rules.map((id, i) => <>{i > 0 && ", "}<a href={href(["rules", id])}>{ruleName(id)}</a></>)}</p> : <p class="muted">No rule grants these users anything here.</p>}
      {odd.length > 0 && <><h3>Exceptions</h3><ul class="plain-list small">{odd.slice(0, 12).map((e, i) => <li key={i}><span>{e.user.id} on {e.resources.slice(0, 3).map((r) => r.name || r.id).join(", ")}{e.count > 3 && ` and ${number(e.count - 3)} more`}</span> <ActionChips mask={e.actions} actions={state.actions} most={13} /></li>)}</ul></>}
      <h3>Explain</h3>
      <div class="toolbar">
        <Select label="User" value={user} options={users.members.map((x): [string, string] => [x.id, x.id])} onChange={setUser} />
        <Select label={typeName} value={resource} options={resources.members.map((x): [string, string] => [x.id, x.name || x.id])} onChange={setResource} />
        <Select label="Action" value={action} options={state.actions.map((a): [string, string] => [a.name, wordOf(a.name)])} onChange={setAction} />
      </div>
      <Explain person={parsePerson(user)!} action={action} type={typeName} id={resource} context={context} onFix={(id) => { close(); location.hash = href(["rules", id]); }} />
    </Dialog>
  );
}
