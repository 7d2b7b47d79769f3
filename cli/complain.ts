/** How this program says what went wrong. @module */

/** One line on standard error, under this program's name. */
export function complain(message: string): void {
  console.error(`exec-server: ${message.replace(/^exec-server /, "")}`);
}
