import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { Checks, Draft, Reach, State } from "./api";
import { Work } from "./hooks";

/** Shared is what all pages know. */
export interface Shared {
  state: State;
  /** reload reads the folder again. */
  reload: () => Promise<void>;
  reach: Work<Record<string, Reach>>;
  checks: Work<Checks>;
  /** drafts are edits that are not saved, by the rule's id; "" is a new rule. */
  drafts: Map<string, Draft>;
  touch: () => void;
  say: (message: string) => void;
}

export const SharedContext = createContext<Shared | null>(null);
export const useShared = () => useContext(SharedContext)!;
