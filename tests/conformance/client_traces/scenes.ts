/** What was on the machine while each trace was recorded, and what its client waited for. @module */
import { fromFileUrl, join } from "@std/path";
import { pause } from "../../support/deadline.ts";
import { makeFifo, readFifo, writersGone } from "../../support/fifo.ts";

/** What happens on the machine besides the conversation. */
export interface Happenings {
  /** Settles when the client may write to a process; at once when absent. */
  readonly beforeWrite?: () => Promise<unknown>;
  /** Settles when the client has been away long enough; at once when absent. */
  readonly whileAway?: () => Promise<unknown>;
}

/** Makes a trace's surroundings.
 * @param place the directory of the trace; its process's working directory is `work` below it */
export type Scene = (place: string) => Promise<Happenings | void>;

/** How long the recorded client stayed away, at least, after the process had ended. That its server
 * has noticed the end by then is what the recording shows, and nothing on the machine tells of it. */
const NOTICE_MS = 1000;

const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const echoProgram = fromFileUrl(
  new URL("../../fixtures/client_traces/mcp_echo.ts", import.meta.url),
);

/** Scenes by the name of their trace; the others need nothing. */
export const scenes: Readonly<Record<string, Scene>> = {
  "agents-md": (place) =>
    writeAll(place, {
      "work/.git/HEAD": "",
      "work/AGENTS.md": "ROOTMARK-42\n",
      "work/pkg/AGENTS.md": "PKGMARK-43\n",
      "work/pkg/in/AGENTS.override.md": "OVERMARK-44\n",
    }),
  "apply-patch": (place) =>
    writeAll(place, {
      "work/old.txt": "alpha\nbeta\ngamma\n",
      "work/gone.txt": "bye\n",
      "work/mv.txt": "m1\nm2\n",
    }),
  "sandbox-workspace": async (place) => {
    await writeAll(place, { "work/.git/HEAD": "" });
    await Deno.mkdir(join(place, "outside"));
  },
  "view-image": async (place) => {
    await writeAll(place, { "work/bad.png": "nope" });
    await Deno.writeFile(join(place, "work/x.png"), Uint8Array.fromBase64(PIXEL));
  },
  "mcp-stdio": async (place) => {
    await writeAll(place, { node: nodeScript() });
    await Deno.chmod(join(place, "node"), 0o755);
  },
  "reconnect-write": async (place) => {
    // The client waited until the terminal had stopped to echo. Nothing on the wire tells of it.
    const quiet = await makeFifo(join(place, "quiet"));
    await writeAll(place, {
      profile: 'stty() { command stty "$@"; echo quiet > ../quiet; unset -f stty; }\n',
    });
    let waiting: Promise<string> | undefined;
    return { beforeWrite: () => waiting ??= readFifo(quiet) };
  },
  "reconnect-away": async (place) => {
    // The client stayed away until the process had ended.
    const alive = await makeFifo(join(place, "alive"));
    await writeAll(place, { profile: "exec 9> ../alive; rm ../profile\n" });
    const ended = writersGone(alive);
    // Looked at later, or never when the replay fails before.
    ended.catch(() => {});
    return {
      whileAway: async () => {
        await ended;
        await pause(NOTICE_MS);
      },
    };
  },
};

/** Standard output that the recordings shortened, by process.
 * @param place the directory of the trace */
export function whole(place: string): Readonly<Record<string, string>> {
  const beforeBig = [
    '{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},' +
    '"serverInfo":{"name":"acceptance","version":"1"}}',
    '{"tools":[{"name":"echo","description":"Echo the text back.","inputSchema":' +
    '{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}}]}',
    `{"content":[{"type":"text","text":"mcp-echo:hey:env=mark-7:cwd=${place}/work"}]}`,
    `{"content":[{"type":"text","text":"${"y".repeat(300_000)}"}]}`,
  ];
  return {
    "24097-34580ef2-8162-4d6e-938c-66d2876e317c": `BEGIN\n${folded(2_000_000)}\nFINISH\n`,
    "11236-307155ff-1ff7-41c4-8b03-84a9aeed7864": `${folded(500_000)}\nTAIL\n`,
    "mcp-stdio-1": beforeBig
      .map((result, id) => `{"jsonrpc":"2.0","id":${id},"result":${result}}\n`).join(""),
  };
}

/** What varies in output from run to run, made alike. */
export function normalised(output: string): string {
  return output.replace(/^pids=\d+,\d+$/m, "pids=N,N");
}

/** What a login shell of the server's user does first: whatever the scene wants. */
export const PROFILE = "if [ -r ../profile ]; then . ../profile; fi\n";

/** Letters in lines of 99, without a line end after the last. */
function folded(count: number): string {
  return "x".repeat(count).replace(/.{99}/g, "$&\n");
}

/** Runs the program of the MCP trace, whatever script it is asked to. */
function nodeScript(): string {
  const run = `"${Deno.execPath()}" run --quiet --no-config --no-lock -A "${echoProgram}"`;
  return `#!/bin/sh\nDENO_NO_UPDATE_CHECK=1 exec ${run}\n`;
}

async function writeAll(place: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(place, name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeTextFile(path, content);
  }
}
