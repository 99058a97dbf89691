import { useState } from "preact/hooks";
import { State } from "../api";
import { Icon, number } from "../ui";

/** FilterField edits a resource filter as a list of items, each with the number of its resources. */
export function FilterField({ value, state, problems, onChange }: { value: string; state: State; problems: string[]; onChange: (v: string) => void }) {
  const [typed, setTyped] = useState("");
  const items = value.split(",").map((s) => s.trim()).filter(Boolean);
  const add = (text: string) => {
    const more = text.split(",").map((s) => s.trim()).filter((s) => s && !items.includes(s));
    if (more.length) onChange([...items, ...more].join(", "));
    setTyped("");
  };
  const countOf = (item: string) => {
    if (!state.snapshot || !item.endsWith("*")) return undefined;
    const prefix = item.slice(0, -1).toLowerCase();
    const hit = state.types.filter((t) => (t.name.toLowerCase() + "_").startsWith(prefix) || prefix === t.name.toLowerCase() + "_");
    return hit.length ? hit.reduce((n, t) => n + t.count, 0) : undefined;
  };
  return (
    <div class="field">
      <label for="filter-add">Resources</label>
      <div class="tokens">
        {items.map((item) => (
          <span class="token" key={item}><code>{item}</code>{countOf(item) !== undefined && <span class="muted">{number(countOf(item)!)}</span>}
            <button class="quiet" aria-label={"Remove " + item} onClick={() => onChange(items.filter((i) => i !== item).join(", "))}><Icon name="no" /></button></span>))}
        <input id="filter-add" list="filter-types" value={typed} placeholder={items.length ? "Add …" : "App_*, Stream_* …"} autocomplete="off"
          aria-invalid={problems.length > 0} aria-describedby={problems.length ? "filter-problems" : undefined}
          onInput={(e) => {
            const v = e.currentTarget.value;
            // A selection from the list is one event with the whole text.
            if (v.includes(",") || (v.endsWith("_*") && (e as InputEvent).inputType !== "insertText")) add(v); else setTyped(v);
          }}
          onKeyDown={(e) => {
            if (e.key === "Enter" && typed) { e.preventDefault(); add(typed); }
            if (e.key === "Backspace" && !typed && items.length) onChange(items.slice(0, -1).join(", "));
          }}
          onBlur={() => { if (typed) add(typed); }} />
        <datalist id="filter-types">{state.types.map((t) => <option value={t.name + "_*"} key={t.key}>{state.snapshot ? `${number(t.count)} in the snapshot` : ""}</option>)}<option value="*">every resource</option></datalist>
      </div>
      {problems.length > 0 && <p class="field-problem" id="filter-problems">{problems.join("; ")}</p>}
    </div>
  );
}
