/** What `--listen` can say. @module */

/** Where a server listens. */
export type ListenTarget =
  | { readonly kind: "websocket"; readonly hostname: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "stdio" };

/** Says why a `--listen` value cannot be used. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/**
 * Reads a `--listen` value.
 * @throws {ListenError} for other schemes, names instead of addresses, missing ports
 */
export function parseListenUrl(value: string): ListenTarget {
  if (value === "stdio" || value === "stdio://") return { kind: "stdio" };
  if (value.startsWith("unix:///")) return { kind: "unix", path: value.slice("unix://".length) };
  if (value.startsWith("ws://")) return parseAddress(value);
  throw new ListenError(
    `unsupported --listen URL \`${value}\`; expected \`ws://IP:PORT\` or \`stdio\`` +
      ", or `unix:///PATH`",
  );
}

/** An address, not a name: what a name means may change, and with it who can connect. */
function parseAddress(value: string): ListenTarget {
  const found = /^ws:\/\/(?:\[([0-9a-fA-F:.]+)\]|(\d+\.\d+\.\d+\.\d+)):(\d{1,5})\/?$/.exec(value);
  const hostname = found?.[1] ?? found?.[2];
  const port = Number(found?.[3]);
  if (hostname === undefined || port > 65535 || !isAddress(hostname)) {
    throw new ListenError(
      // deno-lint-ignore house/error-message -- the reference's words.
      `invalid websocket --listen URL \`${value}\`; expected \`ws://IP:PORT\``,
    );
  }
  return { kind: "websocket", hostname, port };
}

function isAddress(hostname: string): boolean {
  return hostname.includes(":")
    ? URL.canParse(`http://[${hostname}]`)
    : hostname.split(".").every((part) => Number(part) <= 255);
}

/** Whether only programs on this machine can reach an address. */
export function isLoopback(hostname: string): boolean {
  // Digits to the end: a name such as 127.0.0.1.example may resolve to anything.
  return /^127\.\d+\.\d+\.\d+$/.test(hostname) || hostname === "::1";
}
