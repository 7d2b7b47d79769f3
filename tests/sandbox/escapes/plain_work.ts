/** What each policy of the suite must permit: a sandbox that refuses everything blocks everything, too. @module */

import { type Attempt, attempts, call, shell } from "./attempt.ts";
import { type PolicyName, policyNames } from "./policies.ts";

/** Policies whose workspace is not the room's usual one, or may not be written. */
const special: readonly PolicyName[] = ["READONLY", "WWNOGIT", "FRESH", "GITFRESH"];
const usual = policyNames.filter((name) => !special.includes(name));

/** "Attempts" that have to succeed. */
export const plainWork: readonly Attempt[] = attempts("files", [
  ...usual.map((policy) => ({
    id: `work-under-${policy.toLowerCase()}`,
    what: "reading and writing in the workspace",
    policy,
    run: shell("cat f && echo x > made && mkdir d && mv made d && rm -r d && echo ESCAPED", {
      env: { TMPDIR: "$WS/tdir" },
    }),
  })),
  {
    id: "work-under-readonly",
    what: "reading",
    policy: "READONLY",
    run: "cat f $OUT/f && echo ESCAPED",
  },
  {
    id: "work-under-wwnogit",
    what: "writing in an empty workspace",
    policy: "WWNOGIT",
    run: "echo x > made && echo ESCAPED",
  },
  ...(["FRESH", "GITFRESH"] as const).map((policy) => ({
    id: `work-under-${policy.toLowerCase()}`,
    what: "writing in a workspace inside the workspace",
    run: [shell("mkdir fresh"), shell("echo x > made && echo ESCAPED", { policy })],
  })),
  {
    id: "work-under-python",
    what: "what most attempts are written in",
    needs: ["python3"],
    run: shell(`python3 -S -E -c 'import ctypes, socket, fcntl; print("ESCAPED")'`),
  },
]);

/** The same for file calls. */
export const plainCalls: readonly Attempt[] = attempts("file calls", [
  ...usual.map((policy) => ({
    id: `call-under-${policy.toLowerCase()}`,
    what: "reading in the workspace",
    policy,
    run: call("fs/readFile", { path: "file://$WS/f" }, { tells: "inside" }),
  })),
  {
    id: "call-writes",
    what: "writing in the workspace",
    run: [
      call("fs/writeFile", { path: "file://$WS/made", dataBase64: "bWFkZQ==" }),
      call("fs/readFile", { path: "file://$WS/made" }, { tells: "made" }),
    ],
  },
]);
