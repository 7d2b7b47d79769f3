/** Replays what the reference client did against the server under test. @module */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { Peer } from "../support/peer.ts";
import { Scratch } from "../support/scratch.ts";
import { launchStdio } from "../support/server_process.ts";
import { sharedServer } from "../support/shared_server.ts";
import { targetName } from "../support/target.ts";
import { check } from "./check.ts";
import {
  eitherWay,
  leftOut,
  longerErrors,
  otherWords,
  refusals,
} from "./client_traces/deviations.ts";
import { play, type PlayOptions } from "./client_traces/play.ts";
import { normalised, PROFILE, scenes, whole } from "./client_traces/scenes.ts";
import { spellOut } from "./client_traces/spell_out.ts";
import { loadTrace, traceNames } from "./client_traces/trace.ts";

const STDIO = "stdio";

const server = sharedServer();

/** Where the server runs. */
interface Place {
  readonly root: string;
  readonly home: string;
}

for (const name of await traceNames()) {
  if (name === STDIO) continue;
  check(`client trace ${name}: the server answers as recorded`, async () => {
    await Deno.writeTextFile(join(server().home, ".bash_profile"), PROFILE);
    await replay(name, server(), { connect: () => server().connect() });
  });
}

check(`client trace ${STDIO}: the server answers as recorded, and ends`, async () => {
  await using child = await launchStdio({ env: { ACCEPT_CHILD: "yes" } });
  const { peer, home } = child;
  await replay(STDIO, { root: peer.root, home }, {
    connect: () => Promise.resolve(peer),
    child: {
      status: child.status,
      closeInput: () => peer.wire.closeInput(),
      kill: (signal) => child.kill(signal),
    },
  });
});

for (const { trace, method, params, code, why } of leftOut) {
  check(`client trace ${trace}: left out while ${method} is refused`, async () => {
    await using peer = await server().session();
    const { error, text } = await peer.request(method, params(`file://${peer.root}`));
    assertEquals(error?.code, code, `no longer needed (${text}): ${why}`);
  }, { only: "ours" });
}

async function replay(
  name: string,
  place: Place,
  way: Pick<PlayOptions, "child"> & { readonly connect: () => Promise<Peer> },
): Promise<void> {
  await using scratch = await Scratch.create();
  const own = join(scratch.path, name);
  await Deno.mkdir(join(own, "work"), { recursive: true });
  const happenings = await scenes[name]?.(own) ?? {};
  const isOurs = targetName() === "ours";
  const find = locator(place, scratch.path, name);
  const others = isOurs ? otherWords.filter(({ trace }) => trace === name) : [];
  const locate = (text: string) =>
    find(others.reduce((done, { recorded, ours }) => done.replaceAll(recorded, ours), text));
  const normalise = (output: string) => normalised(locate(output));
  const steps = spellOut(await loadTrace(name, locate), { whole: whole(own), normalise });
  await play(steps, {
    ...way,
    happenings,
    normalise: normalised,
    refusals: isOurs ? refusals : [],
    longerErrors: isOurs ? longerErrors : undefined,
    eitherWay: eitherWay.filter(({ trace }) => trace === name).map(({ id }) => id),
  });
}

/** Puts the places of this replay where the recording has its own. */
function locator(
  { root, home }: Place,
  scratch: string,
  name: string,
): (text: string) => string {
  const places: readonly (readonly [string, string])[] = [
    // What is above was searched too. Whatever this machine has there must not be found. First, for
    // places of this machine may look like them.
    ["file:///var/", `file://${scratch}/var/`],
    ["file:///.git", `file://${scratch}/.git`],
    ["/scratch/server-43691/codex-home", home],
    ["/scratch/server-43691/home", home],
    ["/scratch/server-43691/tmp", "/tmp"],
    ["/scratch/server-43691", root],
    ["/scratch/stdio/codex-home/sub", root],
    ["/scratch/stdio/codex-home", home],
    ["/scratch/stdio/home", home],
    ["/scratch/stdio/tmp", "/tmp"],
    ["/usr/bin/node", join(scratch, name, "node")],
    ["/scratch", scratch],
    ["/base", `${scratch}/base`],
  ];
  return (text) => places.reduce((done, [there, here]) => done.replaceAll(there, here), text);
}
