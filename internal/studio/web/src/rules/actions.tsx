import { State } from "../api";
import { allActions, kindOf, namesOf, wordOf } from "../ui";

/** ActionField edits the actions of a rule with a switch for each action. */
export function ActionField({ mask, state, onChange }: { mask: number; state: State; onChange: (mask: number) => void }) {
  const all = mask === allActions;
  const on = new Set(namesOf(mask, state.actions));
  const known = state.actions.reduce((n, a) => n + a.bit, 0);
  const toggle = (name: string, bit: number) => {
    // From "all", the other actions stay selected. Bits without an action are cleared.
    const base = all ? known : mask;
    onChange(on.has(name) ? base - bit : base + bit);
  };
  return (
    <fieldset class="field"><legend>Actions</legend>
      <div class="switches">
        {state.actions.map((a) => (
          <button type="button" key={a.name} class={"switch " + (on.has(a.name) ? kindOf(a.name) : "")} aria-pressed={on.has(a.name)} onClick={() => toggle(a.name, a.bit)}>{wordOf(a.name)}</button>))}
        <button type="button" class={"switch " + (all ? "control" : "")} aria-pressed={all} onClick={() => onChange(all ? 2 : allActions)}>all, including future actions</button>
      </div>
    </fieldset>
  );
}
