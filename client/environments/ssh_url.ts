/** `ssh://[USER@]HOST[:PORT][/PROGRAM]`: a server that ssh starts on another machine. Pure. @module */

/** How ssh is called. */
export interface SshCommand {
  /** Always `ssh`, looked up in PATH. */
  readonly program: string;
  /** Options, destination, and the command for the other machine's shell. */
  readonly args: readonly string[];
}

/** Why a URL cannot be used. */
export interface SshFault {
  /** Such as `the host is missing`. */
  readonly fault: string;
}

// Names and IPv4 addresses; nothing that ssh or a shell reads in another way.
const PARTS = /^ssh:\/\/(?:([^@/]*)@)?(\[[0-9A-Fa-f:.]+\]|[^:/@[\]]*)(?::(\d*))?(\/.*)?$/s;
const HOST = /^[A-Za-z0-9_.][A-Za-z0-9_.-]*$/;
const USER = /^[A-Za-z0-9_.][A-Za-z0-9_.+-]*$/;
const DEFAULT_PROGRAM = "exec-server";

/**
 * Reads such a URL. `/PROGRAM` is an absolute path, percent-encoded; `/~/PROGRAM` is one below the
 * home directory there; without it `exec-server` is looked up in that user's PATH.
 */
export function parseSshUrl(url: string): SshCommand | SshFault {
  const [whole, userText, hostText = "", portText, path = ""] = PARTS.exec(url) ?? [];
  if (whole === undefined) return { fault: "wanted ssh://[USER@]HOST[:PORT][/PROGRAM]" };
  const host = hostText.replace(/^\[(.*)\]$/, "$1");
  // A destination that begins with a dash would be an option of ssh.
  if (!hostText.startsWith("[") && !HOST.test(host)) {
    return { fault: "the host is not one for ssh" };
  }
  if (userText !== undefined && !USER.test(userText)) {
    return { fault: "the user is not one for ssh" };
  }
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && !(port > 0 && port < 65536)) {
    return { fault: "the port is not from 1 to 65535" };
  }
  const program = remoteProgram(path);
  if (program === undefined) return { fault: "the program's path cannot be used" };
  const destination = userText === undefined ? host : `${userText}@${host}`;
  const options = port === undefined ? [] : ["-p", String(port)];
  return { program: "ssh", args: [...options, destination, program, "--listen", "stdio"] };
}

function remoteProgram(path: string): string | undefined {
  if (path === "" || path === "/") return DEFAULT_PROGRAM;
  if (/[?#]/.test(path) || path.endsWith("/")) return undefined;
  const native = decoded(path);
  if (native === undefined || CONTROLS.test(native)) return undefined;
  // ssh hands its words to a shell there, which expands the tilde only outside of quotes.
  return native.startsWith("/~/") ? `~/${quoted(native.slice(3))}` : quoted(native);
}

// deno-lint-ignore no-control-regex -- control characters are what is looked for.
const CONTROLS = /[\x00-\x1f\x7f]/;

function quoted(word: string): string {
  return /^[\w./+@%:,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
