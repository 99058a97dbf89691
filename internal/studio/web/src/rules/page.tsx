import { Route } from "../hooks";
import { Editor } from "./editor";
import { Table } from "./table";

/** Rules shows the table of rules, or the editor of one rule. */
export function Rules({ route }: { route: Route }) {
  const id = route.path[1];
  if (id === undefined) return <Table query={route.query} />;
  return <Editor id={id === "new" ? "" : id} key={id} />;
}
