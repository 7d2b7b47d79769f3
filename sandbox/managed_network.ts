/** Which ports of the machine a command with a managed network may reach: those of its proxies. @module */

import type { ManagedNetwork } from "../protocol/methods/sandbox.ts";
import { endpointText, type LoopbackEndpoint } from "./loopback_endpoint.ts";
import { SandboxRefusal } from "./refusal.ts";

const bothCases = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "FTP_PROXY",
  "WS_PROXY",
  "WSS_PROXY",
  "NPM_CONFIG_PROXY",
  "NPM_CONFIG_HTTP_PROXY",
  "NPM_CONFIG_HTTPS_PROXY",
];

/** The variables that count; the reference looks at the same ones. */
export const proxyVariables: readonly string[] = [
  ...bothCases,
  ...bothCases.map((name) => name.toLowerCase()),
  "YARN_HTTP_PROXY",
  "YARN_HTTPS_PROXY",
  "BUNDLE_HTTP_PROXY",
  "BUNDLE_HTTPS_PROXY",
  "PIP_PROXY",
  "DOCKER_HTTP_PROXY",
  "DOCKER_HTTPS_PROXY",
];

/** Ports of schemes for which it is not 80. */
const defaultPorts = new Map([
  ["https", 443],
  ["socks4", 1080],
  ["socks4a", 1080],
  ["socks5", 1080],
  ["socks5h", 1080],
]);
/** A namespace's owner alone may listen on a lower one, and the command is not to be that. */
const LOWEST_PORT = 1024;

/** What limits the ports. */
export interface PortLimits extends Pick<ManagedNetwork, "loopbackPorts"> {
  /** Ports on which this program takes orders: they are never forwarded. */
  readonly orderPorts?: ReadonlySet<number> | undefined;
}

/**
 * The proxies of a command, each once.
 *
 * A proxy that is not on this machine is left out, as long as there is another: nothing leads there
 * from inside. `loopbackPorts` permits, and does not add: what no variable names stays out of reach.
 * @param env environment of the command
 * @throws {SandboxRefusal} in the reference's words when there is none, or one is not permitted
 */
export function proxyEndpoints(
  env: ReadonlyMap<string, string>,
  limits: PortLimits = {},
): readonly LoopbackEndpoint[] {
  const named = proxyVariables
    .map((name) => ({ name, value: env.get(name)?.trim() ?? "" }))
    .filter(({ value }) => value !== "");
  if (named.length === 0) {
    throw refusal(
      "managed proxy mode requires proxy environment variables, " +
        "such as HTTP_PROXY=http://127.0.0.1:8080",
    );
  }
  const found = new Map<string, LoopbackEndpoint>();
  for (const { name, value } of named) {
    const endpoint = loopbackEndpoint(value);
    if (endpoint === undefined) continue;
    requirePermitted(endpoint, name, limits);
    found.set(endpointText(endpoint), endpoint);
  }
  if (found.size > 0) return [...found.values()];
  throw refusal(
    "managed proxy mode requires parseable loopback proxy endpoints: " +
      `there is none in ${named.map(({ name }) => name).join(", ")}`,
  );
}

function requirePermitted(
  { port }: LoopbackEndpoint,
  name: string,
  { loopbackPorts = [], orderPorts }: PortLimits,
): void {
  if (loopbackPorts.length > 0 && !loopbackPorts.includes(port)) {
    throw refusal(
      `proxy endpoint is outside the managed sandbox context: ${name} names port ${port}, ` +
        "which is not in `loopbackPorts`",
    );
  }
  if (orderPorts?.has(port)) {
    throw refusal(
      `Cannot forward port ${port}, which ${name} names: this server takes orders there, and would ` +
        "run for the command whatever it asks for",
    );
  }
  if (port >= LOWEST_PORT) return;
  throw refusal(
    `Cannot forward port ${port}, which ${name} names: nobody may listen below ${LOWEST_PORT} in a ` +
      "sandbox; let the proxy listen on a higher port",
  );
}

/** What a variable names, if it is on this machine. Names and numbers are read as browsers do. */
function loopbackEndpoint(value: string): LoopbackEndpoint | undefined {
  const [, scheme = "http", rest = ""] = /^(?:(?:([a-z][a-z\d+.-]*):)?\/\/)?(.*)$/is.exec(value) ??
    [];
  const [authority = ""] = rest.split(/[/?#\\]/, 1);
  const url = URL.parse(`http://${authority}`);
  if (url === null) return undefined;
  const address = url.hostname === "localhost"
    ? "127.0.0.1"
    : url.hostname.replace(/^\[(.*)]$/, "$1");
  if (address !== "::1" && !/^127(\.\d+){3}$/.test(address)) return undefined;
  // A URL does not tell its scheme's own port from none.
  const isGiven = /:\d+$/.test(authority);
  const port = isGiven ? Number(url.port || 80) : defaultPorts.get(scheme.toLowerCase()) ?? 80;
  return port === 0 ? undefined : { address, port };
}

function refusal(reason: string): SandboxRefusal {
  return new SandboxRefusal("managedNetwork", reason);
}
