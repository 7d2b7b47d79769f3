/** Raw mode of this program's terminal: keys arrive as they are, output leaves as it is. @module */

/**
 * Switches the terminal to raw mode until it is disposed of. Every key, Ctrl-C among them, then is a
 * byte of standard input. When this program ends by an uncaught error, Deno puts the terminal back.
 */
export class RawMode implements Disposable {
  /** Standard input must be a terminal. */
  constructor() {
    Deno.stdin.setRaw(true);
    refine();
  }

  /** Puts the terminal back into the state it was in. */
  [Symbol.dispose](): void {
    try {
      Deno.stdin.setRaw(false);
    } catch {
      // The terminal has been closed: there is nothing left to put back.
    }
  }
}

/**
 * Deno leaves output processing on, which would add a carriage return to every line feed of a program
 * that has its reasons to send none. What Deno saved before puts this back, too.
 */
function refine(): void {
  try {
    const streams = { stdin: "inherit", stdout: "null", stderr: "null" } as const;
    new Deno.Command("stty", { args: ["raw", "-echo"], ...streams }).outputSync();
  } catch {
    // Without stty it is nearly right: only full-screen programs may look odd.
  }
}
