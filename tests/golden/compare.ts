/** Compares an answer with its recording, member by member, as far as the recording binds. @module */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import type { Message } from "../support/message.ts";
import { type Chunk, toReadResult } from "../support/process_calls.ts";
import type { RecordedMessage } from "./golden.ts";
import type { Placeholders } from "./placeholders.ts";

const environmentInfo = v.object({
  shell: v.object({ name: v.string(), path: v.string() }),
  cwd: v.string(),
  userHomeDir: v.string(),
  platformOs: v.string(),
  tempDir: v.string(),
  capabilities: v.record(v.string(), v.boolean()),
});
const initializeResult = v.object({ sessionId: v.string(), environmentInfo });

/** One recorded answer and what came instead. */
export interface Answered {
  /** For `process/read`: all events of the process were known before it was asked. */
  readonly wasClosed: boolean;
  /** The request's method; undefined for the answer to a message that could not be read. */
  readonly method: string | undefined;
  readonly recorded: RecordedMessage;
  readonly actual: Message;
  /** Members of the result, all numbers, whose values may differ. */
  readonly freeMembers: readonly string[];
  /** Of a system's error only the number is compared. */
  readonly areWordsFree: boolean;
}

/** Checks an answer.
 * @throws {Error} on the first difference that matters */
export function compareAnswer(answered: Answered, placeholders: Placeholders): void {
  const { recorded, actual, method } = answered;
  if (recorded.error !== undefined) return compareError(answered, placeholders);
  assertEquals(actual.error, undefined);
  switch (method) {
    case "initialize":
      return compareInitialize(recorded.result, actual.result, placeholders);
    case "environment/info":
      return compareInfo(recorded.result, actual.result, placeholders);
    case "process/read":
      return compareRead(answered);
    default:
      assertEquals(actual.result, placeholders.fill(bound(answered)));
  }
}

/** The recorded result with the values that came in its free members. */
function bound({ recorded, actual, freeMembers }: Answered): unknown {
  if (freeMembers.length === 0) return recorded.result;
  const found = v.parse(v.record(v.string(), v.unknown()), actual.result);
  const free = freeMembers.map((name) => [name, v.parse(v.number(), found[name])]);
  return { ...Object(recorded.result), ...Object.fromEntries(free) };
}

/** How a system's error ends, whatever its words. */
const SYSTEM_NUMBER = /\(os error \d+\)/;

/** The code is exact; the message may go on after the recorded one. Of a message that could not be
 * read only the part up to the parser's own words is compared. */
function compareError(answered: Answered, placeholders: Placeholders): void {
  const { recorded, actual, areWordsFree } = answered;
  const code = recorded.error?.code;
  let message = recorded.error?.message ?? "";
  if (recorded.id === -1) {
    const parserWords = /^failed to parse .*? from exec-server (websocket \S+:<PEER_PORT>|stdio): /;
    message = parserWords.exec(message)?.[0] ?? message;
  }
  assertEquals(actual.error?.code, code, `code of ${actual.text}`);
  const text = actual.error?.message ?? "";
  if (areWordsFree) return assertStringIncludes(text, SYSTEM_NUMBER.exec(message)?.[0] ?? message);
  assert(placeholders.matchStart(message, text), `"${text}" does not start with "${message}"`);
}

function compareInitialize(recorded: unknown, actual: unknown, placeholders: Placeholders): void {
  const expected = v.parse(initializeResult, recorded);
  const found = v.parse(initializeResult, actual);
  const isSame = placeholders.matchStart(expected.sessionId, found.sessionId);
  assert(isSame && found.sessionId.length === 36, `session id ${found.sessionId}`);
  compareInfo(expected.environmentInfo, found.environmentInfo, placeholders);
}

/** The shell depends on the machine, the capabilities on the server: only their form is compared. */
function compareInfo(recorded: unknown, actual: unknown, placeholders: Placeholders): void {
  const expected = v.parse(environmentInfo, recorded);
  const found = v.parse(environmentInfo, actual);
  assertEquals(found.cwd, placeholders.fillText(expected.cwd));
  assertEquals(found.userHomeDir, placeholders.fillText(expected.userHomeDir));
  assertEquals(found.tempDir, placeholders.fillText(expected.tempDir));
  assertEquals(found.platformOs, expected.platformOs);
  assert(found.shell.path.startsWith("/"), `shell ${found.shell.path}`);
  assertEquals(found.shell.path.split("/").at(-1), found.shell.name);
}

/** Which chunks a read returns depends on how far the process was, unless it was closed before. What
 * it says about the end does not, except that a waiting read may be answered between `exited` and
 * `closed`. */
function compareRead({ recorded, actual, wasClosed }: Answered): void {
  const expected = toReadResult(recorded.result);
  const found = toReadResult(actual.result);
  assertEquals(found.exited, expected.exited, actual.text);
  assertEquals(found.exitCode, expected.exitCode);
  assertEquals(found.sandboxDenied, expected.sandboxDenied);
  assertEquals(found.chunks.length > 0, expected.chunks.length > 0, "chunks are expected");
  const last = found.chunks.at(-1);
  if (last !== undefined) assert(found.nextSeq > last.seq, "nextSeq is behind its chunks");
  if (wasClosed) {
    assertEquals(found.closed, expected.closed);
    assertEquals(joined(found.chunks), joined(expected.chunks));
  } else {
    assert(found.closed === expected.closed || !found.closed, "closed before its time");
  }
}

/** Chunks without their numbers, neighbours of one stream joined. */
function joined(chunks: readonly Chunk[]): readonly (readonly [string, string])[] {
  const runs: [string, string][] = [];
  for (const { stream, chunk } of chunks) {
    // A recorded chunk in angle brackets stands for bytes that vary.
    const text = chunk.startsWith("<") || chunk.length > 4096 ? "many bytes" : atob(chunk);
    const previous = runs.at(-1);
    if (previous?.[0] === stream) previous[1] += text;
    else runs.push([stream, text]);
  }
  return runs;
}
