/** Every kind of `--listen` value. @module */

import { assertEquals, assertThrows } from "@std/assert";
import {
  isLoopback,
  ListenError,
  type ListenTarget,
  parseListenUrl,
} from "../../../server/listen/listen_url.ts";

function address(hostname: string, port: number): ListenTarget {
  return { kind: "websocket", hostname, port };
}

const accepted: readonly (readonly [value: string, target: ListenTarget])[] = [
  ["stdio", { kind: "stdio" }],
  ["stdio://", { kind: "stdio" }],
  ["ws://127.0.0.1:0", address("127.0.0.1", 0)],
  ["ws://127.0.0.1:8080/", address("127.0.0.1", 8080)],
  ["ws://0.0.0.0:65535", address("0.0.0.0", 65535)],
  ["ws://[::1]:4000", address("::1", 4000)],
  ["ws://[2001:db8::1]:1", address("2001:db8::1", 1)],
  ["ws://[::ffff:127.0.0.1]:1", address("::ffff:127.0.0.1", 1)],
  ["unix:///run/a b.sock", { kind: "unix", path: "/run/a b.sock" }],
];

for (const [value, target] of accepted) {
  Deno.test(`parseListenUrl("${value}") is taken`, () => {
    assertEquals(parseListenUrl(value), target);
  });
}

const unsupported = [
  "",
  " ",
  "wss://127.0.0.1:1",
  "http://127.0.0.1:1",
  "unix://",
  "unix://x",
  "unix:/x",
  "stdio:///x",
  "Stdio",
  "127.0.0.1:1",
  "WS://127.0.0.1:1",
];

for (const value of unsupported) {
  Deno.test(`parseListenUrl("${value}") is not supported`, () => {
    const { message } = assertThrows(() => parseListenUrl(value), ListenError);
    const words = `unsupported --listen URL \`${value}\`; expected \`ws://IP:PORT\` or \`stdio\``;
    assertEquals(message.slice(0, words.length), words);
  });
}

const invalid = [
  "ws://localhost:1",
  "ws://1.2.3.4",
  "ws://1.2.3.4:",
  "ws://1.2.3.4:x",
  "ws://1.2.3.4:-1",
  "ws://1.2.3.4:65536",
  "ws://1.2.3.4:999999",
  "ws://1.2.3:1",
  "ws://1.2.3.256:1",
  "ws://1.2.3.4.5:1",
  "ws://::1:1",
  "ws://[::1]",
  "ws://[::g]:1",
  "ws://[1:2]:1",
  "ws://[:::]:1",
  "ws://:1",
  "ws://",
  "ws://1.2.3.4:1/path",
  "ws://1.2.3.4:1?x",
  "ws://user@1.2.3.4:1",
  " ws://1.2.3.4:1".trimStart() + " ",
];

for (const value of invalid) {
  Deno.test(`parseListenUrl("${value}") is invalid`, () => {
    const { message } = assertThrows(() => parseListenUrl(value), ListenError);
    assertEquals(message, `invalid websocket --listen URL \`${value}\`; expected \`ws://IP:PORT\``);
  });
}

Deno.test("isLoopback() knows the addresses of this machine alone", () => {
  for (const hostname of ["127.0.0.1", "127.255.0.3", "::1"]) {
    assertEquals(isLoopback(hostname), true);
  }
  for (const hostname of ["0.0.0.0", "10.0.0.1", "128.0.0.1", "1.127.0.0", "::", "::2", ""]) {
    assertEquals(isLoopback(hostname), false);
  }
});
