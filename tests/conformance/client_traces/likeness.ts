/** Compares an answer with the recorded one, as far as the recording binds. @module */
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import type { RecordedMessage } from "../../golden/golden.ts";
import type { Message } from "../../support/message.ts";
import { type ReadResult, toReadResult } from "../../support/process_calls.ts";
import type { LongerErrors } from "./deviations.ts";

const looseText = v.optional(v.string());
const places = v.optional(v.array(v.pipe(v.string(), v.startsWith("file:///"))));

const environmentInfo = v.object({
  shell: v.object({ name: v.string(), path: v.pipe(v.string(), v.startsWith("/")) }),
  cwd: v.string(),
  userHomeDir: v.string(),
  platformOs: v.string(),
  tempDir: v.string(),
  // What a client only shows, or reads as nothing when it is missing.
  executorVersion: looseText,
  providerId: looseText,
  prependPathDirs: places,
  temporaryDirectories: places,
  capabilities: v.record(v.string(), v.boolean()),
});
const initializeResult = v.strictObject({
  sessionId: v.pipe(v.string(), v.uuid()),
  environmentInfo,
});
const metadata = v.looseObject({ isDirectory: v.boolean(), size: v.number() });
const config = v.looseObject({ hostname: v.string() });

/** Checks an answer other than to `process/read`, of which `compareRead` knows more.
 * @throws {Error} on the first difference that matters */
export function compareAnswer(
  recorded: RecordedMessage,
  actual: Message,
  { method, longer }: { readonly method: string; readonly longer: LongerErrors | undefined },
): void {
  if (recorded.error !== undefined && recorded.error.code === longer?.code) {
    const { code, message } = recorded.error;
    const { why } = longer;
    assertEquals(actual.error?.code, code, actual.text);
    assert(actual.error?.message.startsWith(`${message}: `), `no longer needed: ${why}`);
    return;
  }
  assertEquals(actual.error, recorded.error, `answer to ${method}`);
  if (recorded.error === undefined) compareResult(method, recorded.result, actual.result);
}

function compareResult(method: string, expected: unknown, found: unknown): void {
  switch (method) {
    case "initialize":
      return compareInfo(
        v.parse(initializeResult, expected).environmentInfo,
        v.parse(initializeResult, found).environmentInfo,
      );
    case "environment/info":
      return compareInfo(v.parse(environmentInfo, expected), v.parse(environmentInfo, found));
    case "fs/getMetadata":
      return assertEquals(timeless(found), timeless(expected));
    case "environmentConfig/read":
      return assertEquals(found, { ...v.parse(config, expected), hostname: Deno.hostname() });
    default:
      assertEquals(found, expected, `answer to ${method}`);
  }
}

/** The session's id in an answer to `initialize`, if it was granted. */
export function sessionIdIn(message: RecordedMessage): string | undefined {
  if (message.error !== undefined) return undefined;
  return v.parse(initializeResult, message.result).sessionId;
}

type Info = v.InferOutput<typeof environmentInfo>;

/** The shell depends on the machine, the capabilities on the server: only their form is compared. */
function compareInfo(expected: Info, found: Info): void {
  assertEquals(found.shell.path.split("/").at(-1), found.shell.name);
  const told = ({ cwd, userHomeDir, platformOs }: Info) => [cwd, userHomeDir, platformOs];
  assertEquals(told(found), told(expected));
  assertEquals(found.tempDir, expected.tempDir);
}

/** Metadata without times, which are those of the replay, and without the size of a directory,
 * which is each file system's own. */
function timeless(result: unknown): unknown {
  const { size, ...rest } = v.parse(metadata, result);
  return { ...rest, createdAtMs: 0, modifiedAtMs: 0, size: rest.isDirectory ? 0 : size };
}

/** Checks an answer to `process/read` of a process that ran, or had ended, all the while.
 * @returns the answer
 * @throws {Error} on the first difference that matters */
export function compareRead(
  recorded: RecordedMessage,
  actual: Message,
  afterSeq: number,
): ReadResult {
  assertEquals(actual.error, recorded.error, "answer to process/read");
  const told = ({ exited, exitCode, closed, failure, sandboxDenied }: ReadResult) => {
    return { exited, exitCode, closed, failure, sandboxDenied };
  };
  const found = toReadResult(actual.result);
  assertEquals(told(found), told(toReadResult(recorded.result)));
  const ends = Number(found.exited) + Number(found.closed);
  assertEquals(found.nextSeq, afterSeq + found.chunks.length + ends + 1, "nextSeq");
  assert(found.chunks.every(({ seq }) => seq > afterSeq), "a chunk that was not asked for");
  return found;
}
