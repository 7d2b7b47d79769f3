/** What a profile says of the network. @module */

import { servicesRule } from "./base_section.ts";
import { constant, type Expression, rule } from "./expression.ts";
import type { Parameters } from "./parameters.ts";
import { exactly, regionFilter, within } from "./places.ts";
import type { Region } from "./regions.ts";

/** What of the network may be reached. */
export type SeatbeltNetwork =
  /** Everything; names are resolved and certificates checked by services of the system. */
  | { readonly kind: "open"; readonly cacheDirectory?: string | undefined }
  /** Nothing, not even the program's own listeners: macOS has no private loopback. */
  | { readonly kind: "closed" }
  /** A few proxies of this machine. */
  | ManagedPorts;

/** What of a managed network may be reached. */
export interface ManagedPorts {
  readonly kind: "managed";
  /** Ports of this machine; with none, nothing can be reached. */
  readonly ports: readonly number[];
  /** Whether to listen on, and to connect to, any port of this machine. */
  readonly allowsListening: boolean;
  /** Paths of sockets, without links, or all. */
  readonly sockets: "all" | readonly string[];
}

/** Names, certificates and the state of the network. */
const NETWORK_SERVICES = [
  "com.apple.SecurityServer",
  "com.apple.SystemConfiguration.DNSConfiguration",
  "com.apple.SystemConfiguration.configd",
  "com.apple.dnssd.service",
  "com.apple.networkd",
  "com.apple.ocspd",
  "com.apple.trustd",
  "com.apple.trustd.agent",
];
/** Where names are resolved. */
const RESOLVER = "/private/var/run/mDNSResponder";
/** `SYSPROTO_CONTROL`: how libraries ask the kernel about the network. */
const CONTROL_PROTOCOL = "2";

/** Whether anything at all can be reached. */
export function reachesNothing(network: SeatbeltNetwork): boolean {
  return network.kind === "closed" || (network.kind === "managed" && network.ports.length === 0);
}

/** With an open network sockets are reached where files can be read, and made where they can be. */
export interface NetworkDisk {
  readonly readable: readonly Region[];
  readonly writable: readonly Region[];
}

/** The section. What it does not allow has to be denied already. */
export function networkSection(
  network: SeatbeltNetwork,
  parameters: Parameters,
  disk: NetworkDisk,
): readonly Expression[] {
  if (network.kind === "open") {
    return [...openNetwork(disk, parameters), ...networkHelp(network, parameters)];
  }
  // Without an endpoint something is wrong, and then nothing else is opened either.
  if (network.kind === "closed" || reachesNothing(network)) return [];
  return [
    ...network.ports.map((port) =>
      rule("allow", ["network-outbound"], [["remote", "ip", constant(`localhost:${port}`)]])
    ),
    ...(network.allowsListening ? localNetwork() : []),
    ...socketRules(network.sockets, parameters),
  ];
}

/** Where everything else is open: the network, and who would use it for others. */
export function closedNetwork(): readonly Expression[] {
  return [
    rule("deny", ["network*"]),
    rule("deny", ["mach-lookup"], [
      ["global-name", constant("com.apple.dnssd.service")],
      ["global-name", constant("com.apple.nsurlsessiond")],
    ]),
    // Other programs would be started outside of the profile, or told what to do.
    rule("deny", ["lsopen"]),
    rule("deny", ["appleevent-send"]),
  ];
}

/** Closes ports again, on every address: this machine has more of them than one. */
export function closedPorts(ports: Iterable<number>): readonly Expression[] {
  return Array.from(
    ports,
    (port) => rule("deny", ["network-outbound"], [["remote", "ip", constant(`*:${port}`)]]),
  );
}

/** What is not to be seen has sockets as well, such as those of agents that hold keys. */
function openNetwork(
  { readable, writable }: NetworkDisk,
  parameters: Parameters,
): readonly Expression[] {
  const any = constant("*:*");
  const isAllSeen = readable.some(({ path }) => path === "/");
  return [
    rule("allow", ["network-inbound"]),
    rule("allow", ["network-bind"], [
      ["local", "ip", any],
      ...writable.map((region) => regionFilter(region, parameters)),
    ]),
    rule(
      "allow",
      ["network-outbound"],
      isAllSeen ? [] : [
        ["remote", "ip", any],
        ["literal", constant(RESOLVER)],
        ...readable.map((region) => regionFilter(region, parameters)),
      ],
    ),
  ];
}

function networkHelp(
  { cacheDirectory }: Extract<SeatbeltNetwork, { kind: "open" }>,
  parameters: Parameters,
): readonly Expression[] {
  return [
    rule("allow", ["system-socket"], [[
      "require-all",
      ["socket-domain", "AF_SYSTEM"],
      ["socket-protocol", CONTROL_PROTOCOL],
    ]]),
    rule("allow", ["system-socket"], [["socket-domain", "AF_UNIX"]]),
    servicesRule(NETWORK_SERVICES),
    rule("allow", ["sysctl-read"], [["sysctl-name-prefix", constant("net.routetable")]]),
    // What is found out about certificates is kept there.
    ...(cacheDirectory === undefined
      ? []
      : [rule("allow", ["file-read*", "file-write*"], [within(cacheDirectory, parameters)])]),
  ];
}

/** Own servers, and with them, for there is only one loopback, those of others. */
function localNetwork(): readonly Expression[] {
  const any = constant("localhost:*");
  return [
    rule("allow", ["network-bind", "network-inbound"], [["local", "ip", any]]),
    rule("allow", ["network-outbound"], [["remote", "ip", any]]),
  ];
}

function socketRules(
  sockets: ManagedPorts["sockets"],
  parameters: Parameters,
): readonly Expression[] {
  if (sockets !== "all" && sockets.length === 0) return [];
  const places: readonly (readonly Expression[])[] = sockets === "all"
    ? [[]]
    : sockets.flatMap((path) => [[exactly(path, parameters)], [within(path, parameters)]]);
  return [
    rule("allow", ["system-socket"], [["socket-domain", "AF_UNIX"]]),
    rule("allow", ["network-bind"], places.map((place) => ["local", "unix-socket", ...place])),
    rule("allow", ["network-outbound"], places.map((place) => ["remote", "unix-socket", ...place])),
  ];
}
