/** A terminal's screen as a person would see it, from the bytes a program prints. @module */
// @ts-types="../../types/xterm_headless.d.ts"
import xterm from "@xterm/headless";

/** Size of a screen, in characters. */
export interface ScreenSize {
  readonly rows: number;
  readonly cols: number;
}

/** An emulated terminal. It answers what programs ask of a terminal. */
export class Screen implements Disposable {
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly #size: ScreenSize;

  /** @param answer takes what the terminal answers to the program's questions */
  constructor(size: ScreenSize, answer: (text: string) => void) {
    this.#size = size;
    this.#terminal = new xterm.Terminal({ ...size, allowProposedApi: true, scrollback: 0 });
    this.#terminal.onData(answer);
  }

  /** Shows output; resolves when it is on the screen. */
  show(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(bytes, resolve));
  }

  /** All lines, without the blanks at their ends. */
  get lines(): readonly string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: this.#size.rows },
      (_, row) => (active.getLine(active.baseY + row)?.translateToString(true) ?? "").trimEnd(),
    );
  }

  /** All lines as one text, without the empty ones at the end. */
  get text(): string {
    return this.lines.join("\n").trimEnd();
  }

  /** The cursor's line and column, from 1. */
  get cursor(): { readonly row: number; readonly col: number } {
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    return { row: cursorY + 1, col: cursorX + 1 };
  }

  /** Ends the emulation. */
  [Symbol.dispose](): void {
    this.#terminal.dispose();
  }
}
