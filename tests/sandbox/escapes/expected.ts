/** Attempts that may succeed, each with the reason why that is right. @module */

const byNetwork = "the policy enables the host's network, and its sockets belong to that";

/** Attempt → reason. */
export const expectedEscapes: ReadonlyMap<string, string> = new Map([
  ["new-repository-below", "a new repository is plain use of a workspace"],
  [
    "bare-repository-at-the-top",
    "its names (HEAD, refs) are plain ones that no workspace should be littered with",
  ],
  ["unix-stream-network-enabled", byNetwork],
  ["unix-abstract-network-enabled", byNetwork],
]);
