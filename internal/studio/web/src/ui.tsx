import { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { ActionInfo, Failure } from "./api";
import { Work } from "./hooks";

const paths: Record<string, string> = {
  overview: "M3 3h7v9H3zM14 3h7v5h-7zM14 12h7v9h-7zM3 16h7v5H3z",
  rules: "M8 6h13M8 12h13M8 18h13M3 6h.01M3 12h.01M3 18h.01",
  user: "M20 21v-2a4 4 0 0 0-4-4H8a4 4 0 0 0-4 4v2M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8z",
  access: "M3 3h18v18H3zM3 9h18M3 15h18M9 3v18M15 3v18",
  checks: "M12 22s8-4 8-10V5l-8-3-8 3v7c0 6 8 10 8 10zM9 12l2 2 4-4",
  changes: "M12 3v14M5 10l7-7 7 7M5 21h14",
  error: "M12 8v5M12 16.5v.01M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20z",
  warning: "M12 9v4M12 16.5v.01M10.3 3.9 1.8 18a2 2 0 0 0 1.7 3h17a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0z",
  info: "M12 16v-5M12 8v.01M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20z",
  yes: "M20 6 9 17l-5-5",
  no: "M18 6 6 18M6 6l12 12",
  down: "M6 9l6 6 6-6",
  right: "M9 6l6 6-6 6",
  search: "M11 19a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM21 21l-4.3-4.3",
  plus: "M12 5v14M5 12h14",
  undo: "M3 7v6h6M3.5 13a9 9 0 1 0 2.6-8.4L3 7.5",
};

export function Icon({ name, label }: { name: string; label?: string }) {
  return (
    <svg class={"icon icon-" + name} viewBox="0 0 24 24" width="16" height="16" role={label ? "img" : undefined} aria-label={label} aria-hidden={label ? undefined : "true"}>
      <path d={paths[name]} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

export const count = (n: number, one: string, many = one + "s") => n.toLocaleString("en") + " " + (n === 1 ? one : many);
export const number = (n: number) => n.toLocaleString("en");

/** kinds are the kinds of actions. A kind has the same color on all pages. */
const kinds: Record<string, string> = {
  read: "read", export: "take", exportdata: "take", offlineaccess: "take", duplicate: "take",
  distribute: "take", create: "change", update: "change", publish: "change", approve: "change", delete: "control",
  changeowner: "control", changerole: "control",
};
export const kindOf = (action: string) => kinds[action.toLowerCase()] ?? "change";

const words: Record<string, string> = { changeowner: "change owner", changerole: "change role", exportdata: "export data", offlineaccess: "offline access" };
export const wordOf = (action: string) => words[action] ?? action;

export const allActions = 4294967295;
export const namesOf = (mask: number, actions: ActionInfo[]) => actions.filter((a) => Math.floor(mask / a.bit) % 2 === 1).map((a) => a.name);

export function ActionChips({ mask, actions, most = 4 }: { mask: number; actions: ActionInfo[]; most?: number }) {
  if (mask === allActions) return <span class="chips"><span class="chip control">all actions</span></span>;
  const names = namesOf(mask, actions);
  return (
    <span class="chips">
      {names.slice(0, most).map((n) => <span class={"chip " + kindOf(n)} key={n}>{wordOf(n)}</span>)}
      {names.length > most && <span class="chip plain" title={names.slice(most).map(wordOf).join(", ")}>+{names.length - most}</span>}
    </span>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return <div class="empty-state"><h2>{title}</h2>{children}</div>;
}

export function Problem({ error, retry }: { error: Failure; retry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <Icon name="error" /> <span>{error.message}</span>
      {retry && <button class="quiet" onClick={retry}>Try again</button>}
    </div>
  );
}

/** Busy shows the progress of a long request, and a button that cancels it. */
export function Busy({ work, what }: { work: Work<unknown>; what: string }) {
  if (!work.busy) return null;
  const p = work.progress;
  return (
    <div class="busy" role="status">
      <progress max={p?.total || 1} value={p && p.total ? p.done : undefined} aria-label={what} />
      <span>{what}{p && p.total > 1 ? `: ${Math.min(100, Math.round((100 * p.done) / p.total))} %` : " …"}</span>
      <button class="link" onClick={work.cancel}>Cancel</button>
    </div>
  );
}

export function Severity({ of }: { of: string }) {
  return <span class={"severity " + of}><Icon name={of} label={of} /></span>;
}

export function Dialog({ title, children, close }: { title: string; children: ComponentChildren; close: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => { ref.current?.showModal(); }, []);
  return (
    <dialog ref={ref} aria-label={title} onClose={close} onCancel={close}>
      <header><h2>{title}</h2><button class="quiet" aria-label="Close" onClick={close}><Icon name="no" /></button></header>
      {children}
    </dialog>
  );
}

export function Head({ title, children }: { title: string; children?: ComponentChildren }) {
  return <header class="head"><h1 tabIndex={-1}>{title}</h1>{children && <div class="head-side">{children}</div>}</header>;
}

/** Bar shows the share of a value in the maximum. */
export function Bar({ value, most, label }: { value: number; most: number; label: string }) {
  return (
    <span class="meter" role="img" aria-label={label}>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="meter-fill" width={most ? Math.max(value ? 1 : 0, (100 * value) / most) : 0} height="8" /></svg>
    </span>
  );
}

export function Search({ value, label, onInput, placeholder }: { value: string; label: string; placeholder?: string; onInput: (v: string) => void }) {
  return (
    <label class="search"><span class="sr">{label}</span><Icon name="search" />
      <input type="search" value={value} placeholder={placeholder ?? label} onInput={(e) => onInput(e.currentTarget.value)} />
    </label>
  );
}

export function Select({ label, value, options, onChange }: { label: string; value: string; options: [string, string][]; onChange: (v: string) => void }) {
  return (
    <label class="pick"><span>{label}</span>
      <select value={value} onChange={(e) => onChange(e.currentTarget.value)}>{options.map(([v, text]) => <option value={v} key={v}>{text}</option>)}</select>
    </label>
  );
}
