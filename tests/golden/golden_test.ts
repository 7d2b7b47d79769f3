/** Replays every recorded conversation against the server under test. @module */
import { launchStdio, type ServerProcess } from "../support/server_process.ts";
import { sharedServer } from "../support/shared_server.ts";
import { targetName } from "../support/target.ts";
import { type Deviation, deviations, variations } from "./deviations.ts";
import { goldenNames, loadGolden } from "./golden.ts";
import { Placeholders } from "./placeholders.ts";
import { replay } from "./replay.ts";
import { scenes, setScene } from "./scenes.ts";

const SERIAL = "26-inline-requests-are-serial";
const CONCURRENT = "25-concurrent-requests";
const STDIO = "31-stdio";

const plain = sharedServer({ env: { FOO: "1", MY_KEY: "k", EDITOR: "vi", LANG: "C.UTF-8" } });
const serial = sharedServer({ args: ["--concurrent-requests", "1"] });
const concurrent = sharedServer({ args: ["--concurrent-requests", "2"] });

for (const name of await goldenNames()) {
  if (name === STDIO) continue;
  Deno.test(`The server answers ${name} as recorded`, async () => {
    await replayAgainst(name === CONCURRENT ? concurrent() : plain(), name, allowed(name));
  });
}

Deno.test(`The server answers ${SERIAL} as recorded when told to be serial`, async () => {
  await replayAgainst(serial(), SERIAL, []);
});

Deno.test(`The server answers ${STDIO} as recorded`, async () => {
  await using server = await launchStdio();
  await replay(await loadGolden(STDIO), {
    connect: () => Promise.resolve(server.peer),
    placeholders: known(server.peer.root, server.home),
    deviations: allowed(STDIO),
    status: server.status,
  });
});

async function replayAgainst(
  server: ServerProcess,
  name: string,
  allowances: readonly Deviation[],
): Promise<void> {
  const { root } = server;
  const scene = scenes[name];
  if (scene !== undefined) await setScene(scene, root);
  await replay(await loadGolden(name), {
    connect: () => server.connect(),
    placeholders: known(root, server.home),
    deviations: allowances,
    beforeLine: async (line) => await scene?.changes?.[line]?.(root),
  });
}

/** What is known of the server's world before it says a word. Nothing listens on port 9 there. */
function known(root: string, home: string): Placeholders {
  return new Placeholders({ "<ROOT>": root, "<HOME>": home, "<TMP>": "/tmp", "<HTTP_PORT>": "9" });
}

function allowed(name: string): readonly Deviation[] {
  const all = targetName() === "ours" ? [...variations, ...deviations] : variations;
  return all.filter((deviation) => deviation.file === name);
}
