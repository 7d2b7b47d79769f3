/** Fifty megabytes through a terminal: every byte, in order, in bounded memory. @module */
import { assertEquals } from "@std/assert";
import { launchServer } from "../support/server_process.ts";
import { startScript } from "../terminal/terminal.ts";
import { serverResources } from "./server_resources.ts";

const SIZE = 50_000_000;
const LINE = "0123456789 abcdefghijklmnopqrstuvwxyz 0123456789 abcdefghijklmnopqrstuvwxyz";
const MOST_GROWTH_KIB = 32 * 1024;

for (const mode of ["raw", "cooked"] as const) {
  Deno.test(`50 MB pass a ${mode} terminal without loss`, async () => {
    await using server = await launchServer();
    await using peer = await server.session();
    const before = await serverResources(server.pid);
    const ending = mode === "raw" ? "\n" : "\r\n";
    const line = new TextEncoder().encode(LINE + ending);
    const count = Math.ceil(SIZE / line.byteLength);
    const script = `stty ${mode === "raw" ? "-opost" : "opost"}; yes '${LINE}' | head -n ${count}`;
    const terminal = await startScript(peer, script);
    assertEquals(await terminal.end(), 0);
    const { bytes } = terminal;
    assertEquals(bytes.byteLength, count * line.byteLength);
    assertEquals(firstDifference(bytes, line), -1);
    const growth = (await serverResources(server.pid)).residentKiB - before.residentKiB;
    assertEquals(growth <= MOST_GROWTH_KIB, true, `memory grew by ${growth} KiB`);
  });
}

/** Where bytes stop repeating `pattern`; -1 when they never do. */
function firstDifference(bytes: Uint8Array, pattern: Uint8Array): number {
  return bytes.findIndex((byte, index) => byte !== pattern[index % pattern.byteLength]);
}
