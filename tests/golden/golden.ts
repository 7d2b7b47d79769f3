/** Recorded conversations as data: loads one and says what each line is. @module */
import * as v from "valibot";

/** A recorded JSON-RPC message. */
export interface RecordedMessage {
  readonly id?: string | number | undefined;
  readonly method?: string | undefined;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string } | undefined;
}

/** One line of a conversation. */
export type GoldenLine =
  & {
    /** Who speaks: client to server, or server to client. */
    readonly direction: "c2s" | "s2c";
    /** Which connection, "A" where there is only one. */
    readonly connection: string;
    /** Line number in the file, from 1. */
    readonly line: number;
  }
  & (
    | { readonly kind: "message"; readonly message: RecordedMessage }
    | { readonly kind: "raw"; readonly text: string }
    | { readonly kind: "close"; readonly code: number }
    | { readonly kind: "elided"; readonly words: string }
  );

const lineSchema = v.object({
  dir: v.picklist(["c2s", "s2c"]),
  conn: v.optional(v.string(), "A"),
  msg: v.optional(v.looseObject({
    id: v.optional(v.union([v.string(), v.number()])),
    method: v.optional(v.string()),
    error: v.optional(v.object({ code: v.number(), message: v.string() })),
  })),
  raw: v.optional(v.string()),
  close: v.optional(v.object({ code: v.number() })),
  elided: v.optional(v.string()),
});

/** Loads a conversation.
 * @param name the file's name without its ending, such as "06-process-basic"
 * @throws {Error} when a line has no known form */
export async function loadGolden(name: string): Promise<readonly GoldenLine[]> {
  const text = await Deno.readTextFile(new URL(`${name}.jsonl`, import.meta.url));
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line, index) => toLine(v.parse(lineSchema, JSON.parse(line)), index + 1))
    .flatMap(spellOut);
}

/** The messages behind a line that tells of many alike; any other line as it is. */
function spellOut(line: GoldenLine): readonly GoldenLine[] {
  if (line.kind !== "elided" || line.words !== MANY_OPENS) return [line];
  const place = { connection: line.connection, line: line.line, kind: "message" } as const;
  return Array.from({ length: 127 }, (_, index) => {
    const id = index + 3;
    const handleId = `k${index + 1}`;
    const params = { handleId, path: "file://<ROOT>/ten" };
    return [
      { ...place, direction: "c2s", message: { id, method: "fs/open", params } },
      { ...place, direction: "s2c", message: { id, result: { handleId } } },
    ] as const;
  }).flat();
}

/** What a recording of the limit of open files says instead of 254 messages. */
const MANY_OPENS = "127 further fs/open requests k1..k127, all successful";

/** Names of all conversations, sorted. */
export async function goldenNames(): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(new URL(".", import.meta.url))) {
    if (entry.name.endsWith(".jsonl")) names.push(entry.name.slice(0, -".jsonl".length));
  }
  return names.sort();
}

function toLine(parsed: v.InferOutput<typeof lineSchema>, line: number): GoldenLine {
  const place = { direction: parsed.dir, connection: parsed.conn, line };
  if (parsed.msg !== undefined) return { ...place, kind: "message", message: parsed.msg };
  if (parsed.raw !== undefined) return { ...place, kind: "raw", text: parsed.raw };
  if (parsed.close !== undefined) return { ...place, kind: "close", code: parsed.close.code };
  if (parsed.elided !== undefined) return { ...place, kind: "elided", words: parsed.elided };
  throw new Error(`Line ${line} has no known form`);
}
