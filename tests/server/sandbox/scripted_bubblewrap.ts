/** Programs that claim to be bubblewrap and answer as a test says, without being started. @module */

import { dirname } from "@std/path";
import type {
  Child,
  ChildListener,
  Spawner,
  SpawnRequest,
} from "../../../server/process/spawner.ts";
import { NetworkSharers } from "../../../server/process/network_sharers.ts";
import { FakeChild } from "../../support/fake_child.ts";

/** What a program does when it is run. */
export interface Answer {
  /** What it prints. */
  readonly stdout?: string;
  /** What it prints as errors. */
  readonly stderr?: string;
  /** How it ends; 0 when absent. */
  readonly code?: number;
  /** The signal that ends it. */
  readonly signal?: number;
  /** Whether it reports to have run a program; true when absent. */
  readonly hasRun?: boolean;
}

/** How one program answers; undefined: not at all. */
export interface Script {
  /** To `--help`. */
  readonly help?: Answer | undefined;
  /** To `--version`. */
  readonly version?: Answer | undefined;
  /** To being tried, first, second and so on; the last one for good. */
  readonly trials?: readonly (Answer | undefined)[];
}

/** Answers in place of programs, by their paths. */
export class ScriptedSpawner implements Spawner {
  readonly hasTerminals = true;
  readonly networkSharers = new NetworkSharers();
  /** Paths that were run, with what was asked of each: a flag, or `try`. */
  readonly runs: string[] = [];
  /** Children that were told to end. */
  readonly killed: FakeChild[] = [];
  /** What was passed to those that were tried: their arguments. */
  readonly passed: string[] = [];
  readonly #scripts: ReadonlyMap<string, Script>;
  readonly #trials = new Map<string, number>();
  readonly #onSilence: () => void;

  /** @param onSilence called whenever a program does not answer */
  constructor(scripts: Readonly<Record<string, Script>>, onSilence: () => void = () => {}) {
    this.#scripts = new Map(Object.entries(scripts));
    this.#onSilence = onSilence;
  }

  spawn(request: SpawnRequest, listener: ChildListener): Child {
    const { program, argv, container } = request;
    const question = container === undefined ? argv[1] ?? "" : "try";
    this.runs.push(`${program} ${question}`);
    const [file] = container?.files ?? [];
    if (file !== undefined) this.passed.push(Deno.readTextFileSync(`/proc/self/fd/${file}`));
    const child = new ScriptedChild(request, listener, () => this.killed.push(child));
    const answer = this.#answer(program, question);
    if (answer === undefined) queueMicrotask(this.#onSilence);
    else queueMicrotask(() => give(listener, answer, container !== undefined));
    return child;
  }

  /** There is nothing to end. */
  [Symbol.dispose](): void {}

  #answer(program: string, question: string): Answer | undefined {
    const script = this.#scripts.get(program) ?? {};
    if (question === "--help") return script.help;
    if (question === "--version") return script.version;
    const trials = script.trials ?? [];
    const count = this.#trials.get(program) ?? 0;
    this.#trials.set(program, count + 1);
    return trials[Math.min(count, trials.length - 1)];
  }
}

class ScriptedChild extends FakeChild {
  readonly #onKill: () => void;

  constructor(request: SpawnRequest, listener: ChildListener, onKill: () => void) {
    super(request, listener);
    this.#onKill = onKill;
  }

  override kill(): void {
    super.kill();
    this.#onKill();
  }
}

function give(listener: ChildListener, answer: Answer, isContained: boolean): void {
  const { stdout = "", stderr = "", code = 0, signal = 0, hasRun = true } = answer;
  const encoder = new TextEncoder();
  listener.output("stdout", encoder.encode(stdout));
  listener.output("stderr", encoder.encode(stderr));
  listener.exited({ code, signal, ...(isContained ? { neverRan: !hasRun } : {}) });
  listener.closed();
}

/** Puts something there that looks like a program. */
export async function putProgram(path: string, mode = 0o755): Promise<string> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, "#!/bin/sh\nexit 1\n");
  await Deno.chmod(path, mode);
  return path;
}
