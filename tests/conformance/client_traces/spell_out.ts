/** Completes what a recording shortened, and numbers its events so that chunks may be cut anywhere. @module */
import * as v from "valibot";
import type { RecordedMessage } from "../../golden/golden.ts";
import type { Step } from "./trace.ts";

/** What a recording does not say itself. */
export interface SpellOutOptions {
  /** Everything a process printed to standard output, where the recording shortened it, by id. */
  readonly whole: Readonly<Record<string, string>>;
  /** What to make of recorded output: this machine's places, nothing that varies. */
  readonly normalise: (output: string) => string;
}

const outputParams = v.looseObject({
  processId: v.string(),
  stream: v.string(),
  chunk: v.string(),
});
const readResult = v.looseObject({
  chunks: v.array(v.looseObject({ stream: v.string(), chunk: v.string() })),
});
const endParams = v.looseObject({ processId: v.string() });
const readRequest = v.object({ processId: v.string() });

/** Above every number of output: where the exit stands among the output varies from run to run. */
const EXIT_SEQ = 1_000_000;

/** The same steps with whole payloads. */
export function spellOut(steps: readonly Step[], options: SpellOutOptions): readonly Step[] {
  const outputs = new Outputs(options);
  const readFrom = new Map<string, string>();
  return steps.flatMap((step): Step[] => {
    const { kind, connection } = step;
    if (kind === "send" && step.message.method === "process/read") {
      const { processId } = v.parse(readRequest, step.message.params);
      readFrom.set(`${connection} ${step.message.id}`, processId);
    }
    if (kind === "answer" && step.method === "process/read") {
      const processId = readFrom.get(`${connection} ${step.message.id}`) ?? "";
      return [{ ...step, message: outputs.ofRead(step.message, processId) }];
    }
    if (kind !== "notice") return [step];
    const message = outputs.ofNotice(step.message);
    return message === undefined ? [] : [{ ...step, message }];
  });
}

/** What was recorded of each process so far. */
class Outputs {
  readonly #options: SpellOutOptions;
  readonly #counts = new Map<string, number>();
  /** Length of standard output. */
  readonly #lengths = new Map<string, number>();

  constructor(options: SpellOutOptions) {
    this.#options = options;
  }

  ofNotice(message: RecordedMessage): RecordedMessage | undefined {
    switch (message.method) {
      case "process/output": {
        const params = v.parse(outputParams, message.params);
        const chunk = this.#chunk(params, params.processId);
        if (chunk === undefined) return undefined;
        return { ...message, params: { ...params, chunk, seq: this.#next(params.processId) } };
      }
      case "process/exited":
        return { ...message, params: { ...v.parse(endParams, message.params), seq: EXIT_SEQ } };
      case "process/closed":
        return { ...message, params: { ...v.parse(endParams, message.params), seq: EXIT_SEQ + 1 } };
      default:
        return message;
    }
  }

  ofRead(message: RecordedMessage, processId: string): RecordedMessage {
    const result = v.parse(readResult, message.result);
    const chunks = result.chunks.map((chunk) => ({
      ...chunk,
      seq: this.#next(processId),
      chunk: this.#chunk(chunk, processId),
    }));
    return { ...message, result: { ...result, chunks } };
  }

  #next(processId: string): number {
    const number = (this.#counts.get(processId) ?? 0) + 1;
    this.#counts.set(processId, number);
    return number;
  }

  /** The first shortened chunk stands for all that is missing, the others for nothing. */
  #chunk(
    { stream, chunk }: { readonly stream: string; readonly chunk: string },
    processId: string,
  ): string | undefined {
    const length = this.#lengths.get(processId) ?? 0;
    let output: string;
    if (chunk.includes("…")) {
      output = (this.#options.whole[processId] ?? "").slice(length);
      if (output === "") return undefined;
    } else {
      output = this.#options.normalise(atob(chunk));
    }
    if (stream === "stdout") this.#lengths.set(processId, length + output.length);
    return btoa(output);
  }
}
