/** Starts programs that file permissions hold for, also when the tests run as root. @module */

const SETPRIV = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];

/** Words before a command that take root's right to pass over permissions away; none are needed for
 * other users. Undefined when root's right cannot be taken away here. */
export function withoutOverride(): readonly string[] | undefined {
  if (Deno.uid() !== 0) return [];
  const [program = "", ...args] = SETPRIV;
  try {
    const { success } = new Deno.Command(program, { args: [...args, "true"] }).outputSync();
    return success ? SETPRIV : undefined;
  } catch {
    return undefined;
  }
}
