/** What an escape attempt is: data that says what is tried, under which policy, in which steps. @module */

import type { PolicyName } from "./policies.ts";

/** What an attempt aims at. */
export type AttemptClass =
  | "files"
  | "metadata"
  | "namespaces"
  | "devices"
  | "kernel"
  | "processes"
  | "terminals"
  | "network"
  | "syscalls"
  | "privileges"
  | "inheritance"
  | "reading"
  | "next command"
  | "races"
  | "file calls"
  | "information"
  | "resources";

/** How a command of an attempt differs from the plain one. */
export interface CommandOptions {
  /** Further variables; `$WS` and the like in values stand for the room's paths. */
  readonly env?: Readonly<Record<string, string>>;
  /** Another policy than the attempt's. */
  readonly policy?: PolicyName;
  /** Run in a terminal. */
  readonly tty?: boolean;
  /** Where it starts; the workspace root by default. */
  readonly cwd?: string;
  /** With a managed network: only the host's web server, as the proxy, may be reached. */
  readonly managed?: boolean;
  /** Left running while the next steps are made, from the moment it printed something. */
  readonly background?: boolean;
  /** How often it is made; once when absent. */
  readonly times?: number;
}

/** How a call of an attempt differs from the plain one. */
export interface CallOptions {
  /** Another policy than the attempt's. */
  readonly policy?: PolicyName;
  /** Has no `sandbox` member, such as a call about an open file. */
  readonly plain?: boolean;
  /** Source of a regular expression that the answer must not match, in its JSON or in the bytes it
   * carries; the room's secret when absent. */
  readonly tells?: string;
  /** How often it is made; once when absent. */
  readonly times?: number;
}

/** One thing done through the server. */
export type Step =
  | ({ readonly kind: "command"; readonly argv: readonly string[] } & CommandOptions)
  | ({
    readonly kind: "call";
    readonly method: string;
    /** Strings may hold `$WS` and the like. */
    readonly params: Readonly<Record<string, unknown>>;
  } & CallOptions);

/** Why an attempt cannot be shown to work without a sandbox, or with which rights it can. */
export type Control =
  /** Works without a sandbox for everybody. */
  | "anybody"
  /** Works without a sandbox for root only. */
  | "root"
  /** Works without a sandbox now and then: it is a race. */
  | "chance"
  /** Is not tried without a sandbox, for this reason. */
  | { readonly never: string };

/** One attempt. It succeeded when a step printed a line that begins with `ESCAPED`, a call's answer
 * held the room's secret, or the host was changed. */
export interface Attempt {
  /** Unique: what is tried, in kebab case. */
  readonly id: string;
  readonly class: AttemptClass;
  /** What it would mean, for the table. */
  readonly what: string;
  readonly policy: PolicyName;
  readonly steps: readonly Step[];
  readonly control: Control;
  /** Programs it cannot do without, besides the shell. */
  readonly needs: readonly string[];
}

/** An attempt as written down: the rest has usual values. */
export interface Sketch {
  readonly id: string;
  readonly what: string;
  /** A shell script, a step, or several. */
  readonly run: string | Step | readonly Step[];
  readonly policy?: PolicyName;
  readonly control?: Control;
  readonly needs?: readonly string[];
}

/** Completes the attempts of one class. */
export function attempts(of: AttemptClass, sketches: readonly Sketch[]): readonly Attempt[] {
  return sketches.map(({ id, what, run, policy = "WW", control = "anybody", needs = [] }) => {
    const steps = typeof run === "string" ? [shell(run)] : "kind" in run ? [run] : run;
    return { id, class: of, what, policy, control, steps, needs: [...needs, ...toolsOf(steps)] };
  });
}

/** A step that runs a shell script. */
export function shell(script: string, options: CommandOptions = {}): Step {
  return { kind: "command", argv: ["/bin/sh", "-c", script], ...options };
}

/** A step that calls a method of the server. */
export function call(
  method: string,
  params: Readonly<Record<string, unknown>>,
  options: CallOptions = {},
): Step {
  return { kind: "call", method, params, ...options };
}

/** Tools that a script names and that a machine may lack. */
const optionalTools = [
  "bash",
  "capsh",
  "curl",
  "gcc",
  "git",
  "mount",
  "nsenter",
  "python3",
  "setcap",
  "setpriv",
  "unshare",
];

function toolsOf(steps: readonly Step[]): readonly string[] {
  const texts = steps.map((step) => step.kind === "command" ? step.argv.join(" ") : "").join(" ");
  return optionalTools.filter((tool) => new RegExp(`(^|[ ;&|(/])${tool} `, "m").test(texts));
}
