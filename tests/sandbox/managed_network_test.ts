/** Which ports a managed network leads to, and what is refused. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { endpointBytes, endpointText } from "../../sandbox/loopback_endpoint.ts";
import { type PortLimits, proxyEndpoints, proxyVariables } from "../../sandbox/managed_network.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";

type Variables = Readonly<Record<string, string>>;

function endpoints(env: Variables, limits?: PortLimits): readonly string[] {
  return proxyEndpoints(new Map(Object.entries(env)), limits).map(endpointText);
}

function refusal(env: Variables, limits?: PortLimits): string {
  const error = assertThrows(() => endpoints(env, limits), SandboxRefusal);
  assertEquals([error.code, error.obstacle], [-32602, "managedNetwork"]);
  return error.message;
}

const unusable = "managed proxy mode requires parseable loopback proxy endpoints: " +
  "there is none in HTTP_PROXY";

Deno.test("proxyEndpoints() reads what the reference reads as a proxy of this machine", () => {
  const local = "127.0.0.1:3128";
  for (
    const value of [
      "http://127.0.0.1:3128",
      "  http://127.0.0.1:3128  ",
      "127.0.0.1:3128",
      "localhost:3128",
      "//127.0.0.1:3128",
      "HTTP://LOCALHOST:3128",
      "http://127.1:3128",
      "http://0x7f000001:3128",
      "http://2130706433:3128",
      "http://user:p%40w@127.0.0.1:3128",
      "user:pw@127.0.0.1:3128",
      "http://127.0.0.1:3128/a?b#c",
      "other://127.0.0.1:3128",
    ]
  ) {
    assertEquals(endpoints({ HTTP_PROXY: value }), [local], value);
  }
});

Deno.test("proxyEndpoints() takes other loopback addresses, too", () => {
  assertEquals(endpoints({ HTTP_PROXY: "http://127.5.5.5:3128" }), ["127.5.5.5:3128"]);
  assertEquals(endpoints({ HTTP_PROXY: "http://[::1]:3128" }), ["[::1]:3128"]);
  assertEquals(endpoints({ HTTP_PROXY: "[0:0::1]:3128" }), ["[::1]:3128"]);
});

Deno.test("proxyEndpoints() refuses what is not on this machine, or no address", () => {
  for (
    const value of [
      "nonsense",
      "http://10.0.0.1:3128",
      "http://0.0.0.0:3128",
      "http://localhost.:3128",
      "http://[::ffff:127.0.0.1]:3128",
      "http:127.0.0.1:3128",
      "http://127.0.0.1:70000",
      "http://127.0.0.1:0",
      "http://127.0.0.1@evil.example:3128",
      "http://127.0.0.1.evil.example:3128",
      "http://127.0.0.1:3128:1",
      "http://",
    ]
  ) {
    assertEquals(refusal({ HTTP_PROXY: value }), unusable, value);
  }
});

Deno.test("proxyEndpoints() knows the ports of schemes", () => {
  const cases = [["https", 443], ["HTTPS", 443], ["http", 80], ["ftp", 80], ["ws", 80], [
    "wss",
    80,
  ]];
  for (const [scheme, port] of cases) {
    const message = refusal({ HTTP_PROXY: `${scheme}://127.0.0.1` });
    assertEquals(message.startsWith(`Cannot forward port ${port}, which HTTP_PROXY names`), true);
  }
  for (const scheme of ["socks4", "socks5", "socks5h"]) {
    assertEquals(endpoints({ ALL_PROXY: `${scheme}://localhost/x` }), ["127.0.0.1:1080"]);
  }
  assertEquals(refusal({ HTTP_PROXY: "https://127.0.0.1:80" }).includes("port 80,"), true);
  assertEquals(refusal({ HTTP_PROXY: "socks://127.0.0.1" }).includes("port 80,"), true);
});

Deno.test("proxyEndpoints() looks at the reference's variables, and no others", () => {
  const value = "http://127.0.0.1:3128";
  for (const name of proxyVariables) assertEquals(endpoints({ [name]: value }).length, 1, name);
  assertEquals(proxyVariables.length, 25);
  const others = [
    "Http_Proxy",
    "yarn_http_proxy",
    "pip_proxy",
    "FOO_PROXY",
    "NO_PROXY",
    "no_proxy",
  ];
  const message = "managed proxy mode requires proxy environment variables, " +
    "such as HTTP_PROXY=http://127.0.0.1:8080";
  for (const name of others) assertEquals(refusal({ [name]: value }), message, name);
  assertEquals(refusal({}), message);
  assertEquals(refusal({ HTTP_PROXY: " " }, { loopbackPorts: [3128] }), message);
});

Deno.test("proxyEndpoints() names each proxy once, and leaves out what leads elsewhere", () => {
  const env = {
    HTTP_PROXY: "http://127.0.0.1:3128",
    https_proxy: "http://localhost:3128",
    ALL_PROXY: "socks5h://127.0.0.1:8081",
    FTP_PROXY: "http://proxy.example:3128",
    WS_PROXY: "nonsense",
  };
  assertEquals(endpoints(env), ["127.0.0.1:3128", "127.0.0.1:8081"]);
});

Deno.test("proxyEndpoints() permits the ports that are listed, and adds none", () => {
  const env = { HTTP_PROXY: "http://127.0.0.1:3128" };
  assertEquals(endpoints(env, { loopbackPorts: [] }), ["127.0.0.1:3128"]);
  assertEquals(endpoints(env, { loopbackPorts: [9000, 3128] }), ["127.0.0.1:3128"]);
  const outside = "proxy endpoint is outside the managed sandbox context: HTTP_PROXY names port " +
    "3128, which is not in `loopbackPorts`";
  assertEquals(refusal(env, { loopbackPorts: [9000] }), outside);
  assertEquals(refusal(env, { loopbackPorts: [0] }), outside);
  const two = { ...env, HTTPS_PROXY: "http://127.0.0.1:9000" };
  assertEquals(refusal(two, { loopbackPorts: [9000] }), outside);
});

Deno.test("proxyEndpoints() never leads to where this program takes orders", () => {
  const env = { HTTP_PROXY: "http://127.0.0.1:3128" };
  assertEquals(
    refusal(env, { loopbackPorts: [3128], orderPorts: new Set([3128]) }),
    "Cannot forward port 3128, which HTTP_PROXY names: this server takes orders there, and would " +
      "run for the command whatever it asks for",
  );
});

Deno.test("endpointBytes() is what the kernel takes for an address", () => {
  const four = endpointBytes({ address: "127.1.2.3", port: 0x1234 });
  assertEquals([...four], [2, 0, 0x12, 0x34, 127, 1, 2, 3, ...Array(24).fill(0)]);
  const six = endpointBytes({ address: "::1", port: 80 });
  assertEquals([...six], [10, 0, 0, 80, ...Array(19).fill(0), 1, ...Array(8).fill(0)]);
});
