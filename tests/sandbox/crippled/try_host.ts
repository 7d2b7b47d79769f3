/** Starts a server on a crippled host and looks what it does with sandboxed and plain requests. @module */

import { launchServer } from "../../support/server_process.ts";
import type { Peer } from "../../support/peer.ts";
import { Scratch } from "../../support/scratch.ts";
import { startParams } from "../../support/process_calls.ts";
import { outcome } from "../../support/process_events.ts";
import { workingProfile } from "../positive/profile.ts";
import type { CrippledHost } from "./hosts.ts";

/** What a server did. */
export interface HostFinding {
  /** The refusal of `process/start`; undefined when it was started. */
  readonly refusal: string | undefined;
  /** The refusal of a second one, which must be the same: no failure is forgotten by luck. */
  readonly again: string | undefined;
  /** The refusal of `fs/writeFile`; undefined when it was done. */
  readonly fileRefusal: string | undefined;
  /** Whether anything was written by a sandboxed request. */
  readonly ran: boolean;
  /** What a plain command printed. */
  readonly plain: string;
  /** Milliseconds until the first refusal. */
  readonly tookMs: number;
}

/** Most milliseconds until a refusal; probing is bounded well below. */
const REFUSAL_MS = 20_000;

/** Tries everything once. */
export async function tryHost(host: CrippledHost): Promise<HostFinding> {
  await using scratch = await Scratch.create();
  const dir = scratch.path;
  const real = `${dir}/real-bwrap`;
  await Deno.copyFile("/usr/bin/bwrap", real);
  await Deno.mkdir(`${dir}/ws`);
  const fill = (text: string) => text.replaceAll("$DIR", dir).replaceAll("$REAL", real);
  await Deno.writeTextFile(`${dir}/bwrap`, `#!/bin/sh\n${fill(host.standIn ?? "exit 1")}\n`);
  await Deno.chmod(`${dir}/bwrap`, 0o755);
  await using server = await launchServer({ through: host.through.map(fill) });
  await using peer = await server.session();
  return await questions(peer, `${dir}/ws`);
}

async function questions(peer: Peer, workspace: string): Promise<HostFinding> {
  const begun = performance.now();
  const refusal = await sandboxedStart(peer, workspace, "first");
  const tookMs = performance.now() - begun;
  const again = await sandboxedStart(peer, workspace, "second");
  const written = await peer.request("fs/writeFile", {
    path: `file://${workspace}/by-call`,
    dataBase64: "eA==",
    sandbox: workingProfile(workspace),
  }, REFUSAL_MS);
  const ran = [...Deno.readDirSync(workspace)].some(({ name }) => name !== "bin");
  const params = startParams(peer, ["/bin/echo", "fine"], { processId: "plain" });
  await peer.call("process/start", params);
  const plain = (await outcome(peer, "plain")).stdout;
  return { refusal, again, fileRefusal: written.error?.message, ran, plain, tookMs };
}

/** Asks for a command that leaves a mark. When it is started against all expectation, its end is
 * awaited, so that the mark is there. */
async function sandboxedStart(
  peer: Peer,
  workspace: string,
  processId: string,
): Promise<string | undefined> {
  const argv = ["/bin/sh", "-c", `: > ${workspace}/${processId}`];
  const params = startParams(peer, argv, { processId, cwd: `file://${workspace}` });
  const sandbox = workingProfile(workspace);
  const answer = await peer.request("process/start", { ...params, sandbox }, REFUSAL_MS);
  if (answer.error !== undefined) return answer.error.message;
  await peer.notification("process/closed", (event) => event.processId === processId, REFUSAL_MS);
  return undefined;
}
