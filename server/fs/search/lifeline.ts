/** Ends this program when the one that started it is gone, whatever it is busy with. @module */

// A thread of its own, for a regular expression can keep the main one busy for ever.
const WATCH = `
for await (const _ of Deno.stdin.readable);
Deno.kill(Deno.pid, "SIGKILL");
`;

/** From now on the end of standard input ends this program. */
export function endWithInput(): void {
  new Worker(`data:text/javascript,${encodeURIComponent(WATCH)}`, { type: "module" });
}
