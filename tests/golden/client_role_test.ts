/** Our client plays the recorded client: same requests, and the handle delivers the same events. @module */
import { assert, assertEquals } from "@std/assert";
import { replayWithClient } from "./client_replay.ts";
import { type GoldenLine, goldenNames, loadGolden } from "./golden.ts";

/** Conversations that no client of ours can have, and why. */
const unplayable: Readonly<Record<string, string>> = {
  "02-before-initialize": "our client says nothing before the handshake is done",
  "03-envelope-errors": "our client sends well-formed messages only",
  "04-protocol-violation-unknown-notification": "our client sends no unknown notification",
  "05-protocol-violation-initialized-first": "our client waits for the answer to initialize",
  "14-process-retention": "the recording leaves the output out, which our client would ask for",
};

/** Volatile values stand for themselves here: the client takes what the server says. */
function filled(lines: readonly GoldenLine[]): readonly GoldenLine[] {
  const text = JSON.stringify(lines).replaceAll('"<MS>"', "1700000000000").replaceAll(
    /<([A-Z][A-Z_0-9]*)>/g,
    (_, name: string) => `/${name.toLowerCase()}`,
  );
  return JSON.parse(text);
}

for (const name of await goldenNames()) {
  Deno.test({
    name: `The client plays ${name} as recorded`,
    ignore: name in unplayable,
    async fn() {
      const { sent, processes } = await replayWithClient(filled(await loadGolden(name)));
      assert(sent > 1, "the conversation has requests that can be played");
      for (const { recorded, delivered } of processes) assertEquals(delivered, recorded);
    },
  });
}
