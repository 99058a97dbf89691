import { autocompletion, closeBrackets, closeBracketsKeymap, Completion, CompletionContext, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { call, Draft, Finding } from "../api";

const language = StreamLanguage.define<null>({
  token(s) {
    if (s.eatSpace()) return null;
    if (s.match(/^"(?:[^"\\]|\\.)*"?/) || s.match(/^'(?:[^'\\]|\\.)*'?/)) return "string";
    if (s.match(/^(?:and|or|not|like|matches|true|false)\b/i)) return "keyword";
    if (s.match(/^@\w+/)) return "propertyName";
    if (s.match(/^(?:user|resource)\b/i)) return "variableName";
    if (s.match(/^[A-Za-z_]\w*(?=\s*\()/)) return "typeName";
    if (s.match(/^[A-Za-z_]\w*/)) return "propertyName";
    if (s.match(/^(?:&&|\|\||[!=<>]=*|[().,])/)) return "operator";
    s.next();
    return null;
  },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, class: "cm-keyword" }, { tag: tags.string, class: "cm-string" }, { tag: tags.variableName, class: "cm-root" },
  { tag: tags.propertyName, class: "cm-property" }, { tag: tags.typeName, class: "cm-function" }, { tag: tags.operator, class: "cm-operator" },
]);

interface Item { label: string; detail?: string; doc?: string; kind: string; start: number; text: string }

export interface Handlers {
  change: (text: string) => void;
  draft: () => Draft;
  fix: (f: Finding) => void;
  save: () => void;
  format: () => void;
}

async function complete(c: CompletionContext, h: Handlers) {
  if (!c.explicit && !c.matchBefore(/[\w.@"'(=\s]$/)) return null;
  const control = new AbortController();
  c.addEventListener("abort", () => control.abort());
  const draft = { ...h.draft(), condition: c.state.doc.toString() };
  try {
    const { items } = await call<{ items: Item[]; more: boolean }>("/api/complete", { draft, at: c.pos }, control.signal);
    if (items.length === 0) return null;
    const from = Math.min(...items.map((i) => i.start));
    const options: Completion[] = items.filter((i) => i.start === from).map((i, n) => ({
      label: i.label, apply: i.text, detail: i.detail, info: i.doc || undefined, type: i.kind, boost: -n / 100,
    }));
    return { from, options, validFor: /^[\w@]*$/ };
  } catch { return null; }
}

/** newEditor creates the editor of a condition in an element. */
export function newEditor(parent: HTMLElement, text: string, h: Handlers): EditorView {
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(nonce), lineNumbers(), history(), bracketMatching(), closeBrackets(), language, syntaxHighlighting(colours), lintGutter(),
        EditorView.lineWrapping, EditorView.contentAttributes.of({ "aria-label": "Condition", spellcheck: "false" }),
        autocompletion({ override: [(c) => complete(c, h)], activateOnTypingDelay: 80, icons: false }),
        keymap.of([
          { key: "Mod-s", run: () => { h.save(); return true; }, preventDefault: true },
          { key: "Shift-Alt-f", run: () => { h.format(); return true; } },
          ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap,
        ]),
        EditorView.updateListener.of((u) => { if (u.docChanged) h.change(u.state.doc.toString()); }),
      ],
    }),
  });
}

/** mark marks findings in the editor. */
export function mark(view: EditorView, findings: Finding[], h: Handlers) {
  const length = view.state.doc.length;
  const marks: Diagnostic[] = findings.filter((f) => f.field === "condition").map((f) => ({
    from: Math.min(f.from, length), to: Math.min(Math.max(f.to, f.from), length), severity: f.severity,
    message: f.summary, source: f.code,
    actions: f.fix ? [{ name: f.fix.message, apply: () => h.fix(f) }] : undefined,
  }));
  view.dispatch(setDiagnostics(view.state, marks));
}

/** replace replaces the text of the editor. The undo of the editor can revert it. */
export function replace(view: EditorView, text: string) {
  if (view.state.doc.toString() !== text) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}
