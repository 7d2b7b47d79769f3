/** Opens the socket that `--listen` names. @module */

import { isLoopback, ListenError, type ListenTarget } from "./listen_url.ts";

/** An open socket and how clients name it. Disposing removes what it left in the file system. */
export interface OpenListener extends Disposable {
  /** The socket; whoever accepts from it closes it. */
  readonly listener: Deno.Listener;
  /** URL with the actual port. */
  readonly url: string;
}

/**
 * Opens a socket.
 * @throws {ListenError} when the address is taken, or open to others without authentication
 */
export async function openListener(
  target: Exclude<ListenTarget, { kind: "stdio" }>,
): Promise<OpenListener> {
  try {
    return target.kind === "unix" ? await openUnix(target.path) : openTcp(target);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new ListenError("Address in use (os error 98)", { cause: error });
    }
    throw error;
  }
}

function openTcp({ hostname, port }: { hostname: string; port: number }): OpenListener {
  if (!isLoopback(hostname)) {
    throw new ListenError(
      `Cannot listen on ${hostname}: other machines could run commands without authentication; ` +
        "use a loopback address such as ws://127.0.0.1:0",
    );
  }
  const listener = Deno.listen({ hostname, port });
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return { listener, url: `ws://${host}:${listener.addr.port}`, [Symbol.dispose]: () => {} };
}

/** The socket file is for its owner only from the moment it exists. */
async function openUnix(path: string): Promise<OpenListener> {
  await removeStale(path);
  const before = Deno.umask(0o177);
  try {
    const listener = Deno.listen({ transport: "unix", path });
    const { ino } = Deno.lstatSync(path);
    return { listener, url: `unix://${path}`, [Symbol.dispose]: () => removeOwn(path, ino) };
  } finally {
    Deno.umask(before);
  }
}

/** A server that was killed leaves its socket file behind; only a dead one's is removed. */
async function removeStale(path: string): Promise<void> {
  if (!isSocket(path)) return;
  try {
    const connection = await Deno.connect({ transport: "unix", path });
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) return;
    Deno.removeSync(path);
  }
}

/** Another server may have taken the name since; then the file is that one's. */
function removeOwn(path: string, ino: number | null): void {
  try {
    if (Deno.lstatSync(path).ino === ino) Deno.removeSync(path);
  } catch {
    // Somebody else has removed it already.
  }
}

function isSocket(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSocket ?? false;
  } catch {
    // Missing, most likely; opening the socket will say what else is wrong.
    return false;
  }
}
