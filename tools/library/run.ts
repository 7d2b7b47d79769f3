/** Runs a program that has to succeed, for the tools of the library. @module */

/** Where and with what a program runs. */
export interface RunOptions {
  /** Its directory. */
  readonly cwd: string;
  /** Variables beside the inherited ones. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program to its end.
 * @returns what it printed
 * @throws {Error} with what it complained about
 */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: RunOptions,
): Promise<string> {
  const command = new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  const words = `${decoder.decode(stderr)}${decoder.decode(stdout)}`.trim();
  throw new Error(`Cannot run "${program} ${args[0] ?? ""}": ${words.slice(-2000)}`);
}
