/** A server child's standard streams as a wire: one JSON text per line. @module */
import { within } from "./deadline.ts";
import { Inbox } from "./inbox.ts";
import { decodeMessage } from "./message.ts";
import type { Wire } from "./wire.ts";

/** Newline-delimited JSON over a child's stdin and stdout. */
export class StdioWire implements Wire {
  readonly inbox: Inbox = new Inbox();
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #open = true;

  /** Starts reading at once. */
  constructor(stdin: WritableStream<Uint8Array>, stdout: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#writer = stdin.getWriter();
    this.#reading = this.#read(stdout);
  }

  /** Sends one line. */
  sendText(text: string): void {
    this.sendBytes(new TextEncoder().encode(`${text}\n`));
  }

  /** Sends bytes as they are: no line end is added. */
  sendBytes(bytes: Uint8Array): void {
    // A broken pipe means the server is gone: the test sees that as the end of the stream.
    this.#writer.write(bytes).catch(() => {});
  }

  /** Closes the server's stdin; its stdout is still read. */
  async closeInput(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    // The pipe may be broken already, which is as closed as it can be.
    await this.#writer.close().catch(() => {});
  }

  /** Closes stdin and waits for the end of stdout. */
  async drop(): Promise<void> {
    await this.closeInput();
    await within(this.#reading, "the end of the server's stdout");
  }

  async #read(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.inbox.push(decodeMessage(line));
    }
    this.inbox.end({ code: 0 });
  }
}
