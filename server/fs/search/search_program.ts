/** The program the server starts to search: one request from standard input, reports to output. @module */

import { realClock } from "../../../protocol/clock.ts";
import { RpcError } from "../../../protocol/errors.ts";
import { nativePath } from "../../../protocol/path_uri.ts";
import { decode } from "../../../protocol/schema.ts";
import { chooseFileSystem } from "../choose_file_system.ts";
import { FileFault } from "../file_fault.ts";
import { fileError } from "../path.ts";
import { endWithInput } from "./lifeline.ts";
import { ReportWriter } from "./report_writer.ts";
import { runSearchRequest } from "./run_search_request.ts";
import { MOST_LINE_BYTES, type Refusal, searchRequest } from "./search_request.ts";

/**
 * Serves one request. Nothing of it is trusted to end: patterns and the texts they meet are others'.
 * @returns exit status
 */
export async function searchProgram(): Promise<number> {
  const request = decode(searchRequest, JSON.parse(readLine()));
  endWithInput();
  const writer = new ReportWriter(writeOut, () => realClock.now());
  const files = chooseFileSystem({ runner: undefined, onError: () => {} });
  const path = nativePath(request.path, request.system);
  try {
    writer.end(await runSearchRequest(request, { path, files, writer }));
  } catch (error) {
    writer.refuse(refusalOf(error instanceof FileFault ? fileError(error, path) : error));
  }
  return 0;
}

function refusalOf(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof RpcError)) return { key: "fileFailed", message };
  switch (error.key) {
    case "invalidParams":
    case "notFound":
    case "fileRefused":
      return { key: error.key, message };
    default:
      return { key: "fileFailed", message };
  }
}

/** The line, without what may follow: the input goes on until the end is wanted. */
function readLine(): string {
  const buffer = new Uint8Array(MOST_LINE_BYTES);
  for (let filled = 0; filled < buffer.byteLength;) {
    const count = Deno.stdin.readSync(buffer.subarray(filled)) ?? 0;
    if (count === 0) break;
    const end = buffer.subarray(filled, filled + count).indexOf(0x0a);
    if (end >= 0) return new TextDecoder().decode(buffer.subarray(0, filled + end));
    filled += count;
  }
  throw new Error("Standard input holds no request");
}

const encoder = new TextEncoder();

function writeOut(line: string): void {
  let rest = encoder.encode(line);
  while (rest.byteLength > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
}
