import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { Checks, Draft, Reach, State } from "./api";
import { Work } from "./hooks";

/** Shared is the state that all pages use. */
export interface Shared {
  state: State;
  /** reload gets the state of the folder again. */
  reload: () => Promise<void>;
  reach: Work<Record<string, Reach>>;
  checks: Work<Checks>;
  /** drafts are the unsaved edits by the id of the rule, "" for a new rule. */
  drafts: Map<string, Draft>;
  touch: () => void;
  say: (message: string) => void;
}

export const SharedContext = createContext<Shared | null>(null);
export const useShared = () => useContext(SharedContext)!;
