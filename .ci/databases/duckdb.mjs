// Runs statements in a DuckDB in memory: a line of standard input is {"sql", "params"}, and
// one of standard output {"columns", "rows"} or {"error"}.
import { createInterface } from "node:readline";
import { DuckDBInstance } from "@duckdb/node-api";

const connection = await (await DuckDBInstance.create(":memory:")).connect();
for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const { sql, params } = JSON.parse(line);
    const result = await connection.runAndReadAll(sql, params);
    answer = { columns: result.columnNames(), rows: result.getRowsJson() };
  } catch (e) {
    answer = { error: String(e.message) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
