/** What a profile of macOS lets be reached. @module */

import { assertEquals, assertThrows } from "@std/assert";
import type { SeatbeltNetwork } from "../../../sandbox/seatbelt/network_section.ts";
import { networkProfile, seatbeltProfile } from "../../../sandbox/seatbelt/profile.ts";
import { type Attempt, Judge, orders, parsed } from "./interpreter.ts";

const proxy: Attempt = { operation: "network-outbound", remote: "localhost:8080" };
const neighbour: Attempt = { operation: "network-outbound", remote: "localhost:5432" };
const server: Attempt = { operation: "network-outbound", remote: "localhost:4444" };
const world: Attempt = { operation: "network-outbound", remote: "example.org:443" };
const listener: Attempt = { operation: "network-bind", local: "localhost:3000" };
const socket: Attempt = { operation: "network-outbound", path: "/private/tmp/agent/s" };
const otherSocket: Attempt = { operation: "network-outbound", path: "/private/tmp/docker" };
const attempts = { proxy, neighbour, server, world, listener, socket, otherSocket };

const managed = { kind: "managed", allowsListening: false, sockets: [] } as const;
const cases: readonly (readonly [SeatbeltNetwork, readonly (keyof typeof attempts)[]])[] = [
  [{ kind: "open" }, ["proxy", "neighbour", "world", "listener", "socket", "otherSocket"]],
  [{ kind: "closed" }, []],
  [{ ...managed, ports: [8080] }, ["proxy"]],
  [{ ...managed, ports: [] }, []],
  // Without an endpoint, nothing that was said beside it opens anything.
  [{ ...managed, ports: [], allowsListening: true, sockets: "all" }, []],
  [{ ...managed, ports: [8080], allowsListening: true }, ["proxy", "neighbour", "listener"]],
  [{ ...managed, ports: [8080], sockets: ["/private/tmp/agent"] }, ["proxy", "socket"]],
  [{ ...managed, ports: [8080], sockets: "all" }, ["proxy", "socket", "otherSocket"]],
];

for (const [network, expected] of cases) {
  Deno.test(`a network ${JSON.stringify(network)} reaches ${expected.join(", ") || "nothing"}`, () => {
    const orderPorts = [4444];
    const plan = { base: "read", rules: [], links: [], globs: [], network, orderPorts } as const;
    const profiles = [seatbeltProfile(plan)];
    if (network.kind !== "open") profiles.push(networkProfile(network, orderPorts));
    for (const profile of profiles) {
      const judge = new Judge(profile);
      for (const order of orders) {
        const reached = Object.entries(attempts)
          .filter(([, attempt]) => judge.allows(attempt, order)).map(([name]) => name);
        assertEquals(reached, [...expected], `${order}\n${profile.text}`);
      }
    }
  });
}

Deno.test("a socket that is denied by name is out of reach, where nothing can be read as well", () => {
  const rules = [{ path: "/private/tmp/agent", access: "deny", origin: "", kind: "file" }] as const;
  for (const base of ["deny", "read", "write"] as const) {
    const network = { ...managed, ports: [8080], sockets: "all" } as const;
    const judge = new Judge(seatbeltProfile({ base, rules, links: [], globs: [], network }));
    for (const order of orders) {
      assertEquals([judge.allows(socket, order), judge.allows(otherSocket, order)], [false, true]);
    }
  }
});

Deno.test("a profile for the network alone leaves files alone", () => {
  const judge = new Judge(networkProfile({ kind: "closed" }));
  for (const order of orders) {
    assertEquals(judge.allows({ operation: "file-write-data", path: "/x" }, order), true);
  }
});

for (const text of ["(a", "(a))", '(a "b)', '(a "b\\"c")']) {
  Deno.test(`the interpreter does not read ${text}`, () => {
    assertThrows(() => parsed(text), SyntaxError);
  });
}
