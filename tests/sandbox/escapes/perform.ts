/** Carries an escape attempt out through a server, and tells whether it succeeded. @module */

import * as v from "valibot";
import type { Message } from "../../support/message.ts";
import type { Peer } from "../../support/peer.ts";
import type { Attempt, Step } from "./attempt.ts";
import type { Host, Room } from "./host.ts";
import { permittedDamage, type PolicyName, wireSandbox, workspaceOf } from "./policies.ts";

/** How an attempt ended. */
export interface Finding {
  readonly attempt: Attempt;
  /** What proves that it succeeded; empty when it was blocked. */
  readonly proofs: readonly string[];
  /** The last line of what it printed, or why the server refused. */
  readonly detail: string;
  /** Whether this kernel does not have what the attempt needs. */
  readonly unsupported: boolean;
}

/** Where attempts are carried out. */
export interface Field {
  readonly host: Host;
  readonly peer: Peer;
  /** Whether to leave the sandbox out, which must make the attempts succeed. */
  readonly control: boolean;
}

/** Most milliseconds a command of an attempt may take. */
const COMMAND_MS = 15_000;

const outputParams = v.object({ chunk: v.string() });

/** Carries out all steps in a room of their own. */
export async function perform(attempt: Attempt, field: Field): Promise<Finding> {
  const room = await field.host.openRoom();
  const run = new Run(attempt, field, room);
  try {
    for (const step of attempt.steps) await run.make(step);
    await run.end();
    const allowed = permittedDamage(attempt.policy);
    const damage = await field.host.damage(room, allowed);
    const printed = run.lines.filter((line) => line.startsWith("ESCAPED"));
    return {
      attempt,
      proofs: [...new Set([...printed, ...run.told, ...damage])],
      detail: [run.lines.at(-1), run.refusal].filter((it) => it !== undefined).join(" / "),
      unsupported: run.lines.some((line) => line.startsWith("unsupported")),
    };
  } finally {
    await field.host.closeRoom(room);
  }
}

/** One attempt on its way. */
class Run {
  readonly #attempt: Attempt;
  readonly #field: Field;
  readonly #room: Room;
  readonly #background: string[] = [];
  readonly lines: string[] = [];
  readonly told: string[] = [];
  refusal: string | undefined;
  #commands = 0;

  constructor(attempt: Attempt, field: Field, room: Room) {
    this.#attempt = attempt;
    this.#field = field;
    this.#room = room;
  }

  async make(step: Step): Promise<void> {
    for (let time = 0; time < (step.times ?? 1); time++) {
      await (step.kind === "command" ? this.#command(step) : this.#call(step));
      if (this.told.length > 0) return;
    }
  }

  /** Ends what was left running. */
  async end(): Promise<void> {
    const { peer } = this.#field;
    for (const processId of this.#background) {
      await peer.request("process/terminate", { processId });
      await this.#follow(processId);
    }
  }

  async #command(step: Extract<Step, { kind: "command" }>): Promise<void> {
    const { peer } = this.#field;
    const processId = `${this.#room.vars.ROOM}-${++this.#commands}`;
    const managed = step.managed === true && !this.#field.control;
    const env = {
      PATH: "/usr/bin:/bin:/usr/sbin:/sbin",
      ...managed ? { HTTP_PROXY: "http://127.0.0.1:$HPORT" } : {},
      ...this.#room.vars,
      ...step.env,
    };
    const policy = step.policy ?? this.#attempt.policy;
    const answer = await peer.request("process/start", {
      processId,
      argv: step.argv,
      cwd: this.#fill(`file://${step.cwd ?? workspaceOf(policy, this.#room)}`),
      env: Object.fromEntries(Object.entries(env).map(([name, text]) => [name, this.#fill(text)])),
      tty: step.tty ?? false,
      ...this.#sandbox(policy),
      ...managed ? this.#managedNetwork() : {},
    });
    if (answer.error !== undefined) {
      this.refusal = `refused: ${answer.error.message}`;
    } else if (step.background === true) {
      await peer.notification(
        "process/output",
        (params) => params.processId === processId,
        COMMAND_MS,
      ).catch(() => this.lines.push("the background command said nothing"));
      this.#background.push(processId);
    } else {
      await this.#follow(processId);
    }
  }

  /** Collects what a process prints until it is closed. */
  async #follow(processId: string): Promise<void> {
    const { peer } = this.#field;
    const isOfProcess = (message: Message) =>
      message.id === undefined && message.params?.processId === processId;
    const texts = new Map<unknown, string>();
    const deadline = setTimeout(
      () => peer.post("process/terminate", { processId }),
      COMMAND_MS,
    );
    try {
      while (true) {
        const { method, params } = await peer.wire.inbox.take(isOfProcess, "the end", 40_000);
        if (method === "process/closed") break;
        if (method !== "process/output") continue;
        const bytes = Uint8Array.fromBase64(v.parse(outputParams, params).chunk);
        const stream = params?.stream;
        texts.set(stream, (texts.get(stream) ?? "") + new TextDecoder().decode(bytes));
      }
    } finally {
      clearTimeout(deadline);
    }
    const text = [...texts.values()].join("\n");
    this.lines.push(...text.split(/\r?\n/).filter((line) => line.trim() !== ""));
  }

  async #call(step: Extract<Step, { kind: "call" }>): Promise<void> {
    const policy = step.policy ?? this.#attempt.policy;
    const sandbox = step.plain === true ? {} : this.#sandbox(policy);
    const filled: unknown = JSON.parse(this.#fill(JSON.stringify(step.params)));
    const params = typeof filled === "object" ? { ...filled, ...sandbox } : {};
    const answer = await this.#field.peer.request(step.method, params);
    if (answer.error !== undefined) {
      this.refusal = `${step.method}: ${answer.error.message}`;
      return;
    }
    const text = `${JSON.stringify(answer.result)}\n${carried(answer.result)}`;
    const pattern = new RegExp(step.tells ?? "TOP-SECRET");
    if (pattern.test(text)) this.told.push(`${step.method} told ${pattern.source}`);
    this.refusal = `${step.method}: answered`;
  }

  #managedNetwork() {
    const loopbackPorts = [Number(this.#room.vars.HPORT)];
    return { enforceManagedNetwork: true, managedNetwork: { loopbackPorts } };
  }

  #sandbox(policy: PolicyName) {
    return this.#field.control ? {} : { sandbox: wireSandbox(policy, this.#room) };
  }

  #fill(text: string): string {
    return text.replace(/\$(WS|OUT|SEC|HOME|BASE|ROOM|HPID|HPORT)\b/g, (all, name) => {
      return this.#room.vars[name] ?? all;
    });
  }
}

/** The bytes that an answer carries, as text. */
function carried(result: unknown): string {
  if (typeof result !== "object" || result === null) return "";
  const bytes = "dataBase64" in result ? result.dataBase64 : "chunk" in result ? result.chunk : "";
  return typeof bytes === "string" ? new TextDecoder().decode(Uint8Array.fromBase64(bytes)) : "";
}
