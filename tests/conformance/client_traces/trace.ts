/** A recorded trace of the reference client as a list of steps to replay. @module */
import * as v from "valibot";
import type { RecordedMessage } from "../../golden/golden.ts";

/** One thing that happened, in the order it happened. */
export type Step =
  & {
    /** Line number in the file, from 1. */
    readonly row: number;
    /** Which physical connection. */
    readonly connection: number;
  }
  & (
    /** The client reached the server. */
    | { readonly kind: "open" }
    /** The client tried to, in vain. */
    | { readonly kind: "refused" }
    /** The connection went away without a farewell. */
    | { readonly kind: "drop" }
    /** The client closed the standard input of its server. */
    | { readonly kind: "endInput" }
    /** The client sent SIGTERM to its server. */
    | { readonly kind: "terminate" }
    /** What reached the server. */
    | { readonly kind: "send"; readonly message: RecordedMessage }
    /** The server answered a request of `method`. */
    | { readonly kind: "answer"; readonly method: string; readonly message: RecordedMessage }
    /** The server told something by itself. */
    | { readonly kind: "notice"; readonly message: RecordedMessage }
    /** A server on standard streams ended. */
    | { readonly kind: "exit"; readonly code: number }
  );

const message = v.looseObject({
  id: v.optional(v.number()),
  method: v.optional(v.string()),
  error: v.optional(v.object({ code: v.number(), message: v.string() })),
});

const rowSchema = v.object({
  conn: v.optional(v.number(), 0),
  dir: v.optional(v.picklist(["c2s", "s2c"])),
  msg: v.optional(message),
  rewritten: v.optional(message),
  of: v.optional(v.string()),
  event: v.optional(v.string()),
  by: v.optional(v.string()),
  code: v.optional(v.number()),
});

type Row = v.InferOutput<typeof rowSchema>;

const folder = new URL("../../fixtures/client_traces/", import.meta.url);

/** Loads a trace.
 * @param name the file's name without its ending
 * @param locate puts this machine's places where the recording has its own
 * @throws {Error} when a row has no known form */
export async function loadTrace(
  name: string,
  locate: (text: string) => string,
): Promise<readonly Step[]> {
  const text = await Deno.readTextFile(new URL(`${name}.jsonl`, folder));
  const rows = locate(text).split("\n").filter((line) => line !== "").map((line) =>
    v.parse(rowSchema, withoutCopies(JSON.parse(line)))
  );
  const steps = rows.flatMap((row, index): Step[] => {
    const body = stepOf(row, rows);
    return body === undefined ? [] : [{ row: index + 1, connection: row.conn, ...body }];
  });
  // The pipes of a server on standard streams are there from the start.
  return rows[0]?.event === "spawn" ? [{ row: 0, connection: 0, kind: "open" }, ...steps] : steps;
}

/** Names of all traces, sorted. */
export async function traceNames(): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".jsonl")) names.push(name.slice(0, -".jsonl".length));
  }
  return names.sort();
}

/** A value without the readable copies that the recording put beside its payloads. */
function withoutCopies(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCopies);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !name.endsWith("~text"));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutCopies(member)]));
}

type StepBody = Step extends infer S ? S extends Step ? Omit<S, "row" | "connection"> : never
  : never;

/** What a row says; undefined when it says nothing about a server. */
function stepOf(row: Row, rows: readonly Row[]): StepBody | undefined {
  if (row.msg === undefined) return eventOf(row, rows);
  // What the proxy made of a request is what reached the server; of an answer, what it got from it.
  if (row.dir === "c2s") return { kind: "send", message: row.rewritten ?? row.msg };
  if (row.msg.id === undefined) return { kind: "notice", message: row.msg };
  if (row.of === undefined) throw new Error("An answer must say which method it is of");
  return { kind: "answer", method: row.of, message: row.msg };
}

function eventOf({ event, by, conn, code }: Row, rows: readonly Row[]): StepBody | undefined {
  switch (event) {
    case "open":
    case "refused":
      return { kind: event };
    case "cut":
      return { kind: "drop" };
    case "stdin-eof":
      return { kind: "endInput" };
    case "SIGTERM":
      return { kind: "terminate" };
    case "close": {
      const wasCut = rows.some((other) => other.event === "cut" && other.conn === conn);
      return by === "client" && !wasCut ? { kind: "drop" } : undefined;
    }
    case "exit":
      return { kind: "exit", code: code ?? -1 };
    case "spawn":
    case "more-output":
    case "more-refused":
    case "tool-output-seen-by-model":
    case "codex-exit":
      return undefined;
    default:
      throw new Error(`Unknown event ${event}`);
  }
}
