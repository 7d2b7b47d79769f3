/** Programs that draw on the whole screen, driven and looked at. @module */
import type { Peer } from "../support/peer.ts";
import { Screen, type ScreenSize } from "./screen.ts";
import { startTerminal, type Terminal, type TerminalFields } from "./terminal.ts";

const DEFAULT_SIZE: ScreenSize = { rows: 24, cols: 80 };

/** A program in a terminal with a screen. */
export class ScreenProgram implements Disposable {
  /** What a person would see. */
  readonly screen: Screen;
  readonly #terminal: Terminal;

  /** Takes over a started program; `startScreenProgram` is the way to make one. */
  constructor(terminal: Terminal, size: ScreenSize) {
    this.#terminal = terminal;
    // Answers are typed like anything else. One that comes too late finds nobody, which is fine.
    this.screen = new Screen(size, (text) => void terminal.type(text).catch(() => {}));
  }

  /** Types, and waits until the screen satisfies a test.
   * @param label what should be seen, for the message of a failure */
  async type(input: string, isDone: (screen: Screen) => boolean, label: string): Promise<void> {
    await this.#terminal.type(input);
    await this.until(isDone, label);
  }

  /** Waits until the screen satisfies a test. */
  async until(isDone: (screen: Screen) => boolean, label: string): Promise<void> {
    while (!isDone(this.screen)) {
      const bytes = await this.#terminal.more().catch((cause) => {
        throw new Error(`Waited in vain for ${label} on this screen:\n${this.screen.text}`, {
          cause,
        });
      });
      if (bytes !== undefined) await this.screen.show(bytes);
    }
  }

  /** Types what ends the program.
   * @returns its exit code */
  async quit(input: string): Promise<number> {
    await this.#terminal.type(input);
    return await this.#terminal.end();
  }

  /** Ends the emulation, not the program. */
  [Symbol.dispose](): void {
    this.screen[Symbol.dispose]();
  }
}

/** Starts a program that draws on the whole screen. */
export async function startScreenProgram(
  peer: Peer,
  argv: readonly string[],
  fields: TerminalFields = {},
): Promise<ScreenProgram> {
  const env = { PATH: "/usr/bin:/bin", TERM: "xterm", LANG: "C.UTF-8", ...fields.env };
  const terminal = await startTerminal(peer, argv, { ...fields, env });
  return new ScreenProgram(terminal, fields.terminalSize ?? DEFAULT_SIZE);
}
