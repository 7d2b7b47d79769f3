/** What one way to stay alive is made of. @module */

/** A way to stay alive after the program that was started has been killed. */
export interface Survivor {
  /** Completes "terminate ends …". */
  readonly name: string;
  /**
   * Shell text. It prints a line "up", with the process ids of the survivors as this machine knows
   * them, once they are what they are to be. Variables: `STAY`, `DEAF` and `LOOP` are scripts that
   * print that line and stay, the second one deaf to signals, the third one without `exec`; `DIR` is a
   * place for files; `FIXTURES` has programs. Descriptor 9 is to be left open.
   */
  readonly script: string;
  /** Whether a kill of the process group leaves it alive. */
  readonly escapesGroup: boolean;
  /** `/bin/sh` when absent. */
  readonly shell?: string;
  /** Whether the program that was started ends by itself. */
  readonly leaderEnds?: boolean;
  /** Runs in a terminal. */
  readonly tty?: boolean;
  /** Programs it takes, in /usr/bin or /bin. */
  readonly needs?: readonly string[];
  /** Whether it takes root. */
  readonly needsRoot?: boolean;
}

/** Why a survivor cannot live on this machine; undefined: it can. */
export function whyNot({ needs = [], needsRoot = false }: Survivor): string | undefined {
  const missing = needs.find((program) =>
    !exists(`/usr/bin/${program}`) && !exists(`/bin/${program}`)
  );
  if (missing !== undefined) return `${missing} is not installed`;
  return needsRoot && Deno.uid() !== 0 ? "it takes root" : undefined;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    // Not there, then.
    return false;
  }
}
