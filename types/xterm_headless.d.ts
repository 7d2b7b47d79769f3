/** The part of the npm package `@xterm/headless` the tests use: a terminal without a window. @module */

/** How a terminal is made. */
export interface TerminalOptions {
  /** Characters per line. */
  readonly cols: number;
  /** Lines. */
  readonly rows: number;
  /** Whether the buffer may be read. */
  readonly allowProposedApi: boolean;
  /** Lines kept above the screen. */
  readonly scrollback: number;
}

/** One line of the screen. */
export interface BufferLine {
  /** Its characters; without the blanks at its end when `trimRight` is set. */
  translateToString(trimRight: boolean): string;
}

/** What is on the screen. */
export interface Buffer {
  /** Number of the screen's first line in the buffer. */
  readonly baseY: number;
  /** The cursor's column, from 0. */
  readonly cursorX: number;
  /** The cursor's line on the screen, from 0. */
  readonly cursorY: number;
  /** A line of the buffer, from 0. */
  getLine(index: number): BufferLine | undefined;
}

/** A terminal emulator. */
export declare class Terminal {
  constructor(options: TerminalOptions);
  /** The normal or alternate screen, whichever is shown. */
  readonly buffer: { readonly active: Buffer };
  /** Takes output of a program; `callback` is called when it is on the screen. */
  write(data: Uint8Array, callback: () => void): void;
  /** Changes the size. */
  resize(cols: number, rows: number): void;
  /** Calls `listener` with what the terminal answers a program that asks. */
  onData(listener: (data: string) => void): void;
  /** Ends it. */
  dispose(): void;
}

declare const xterm: { readonly Terminal: typeof Terminal };
export { xterm as default };
