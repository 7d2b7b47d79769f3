/** Which keys are for the command, and which are for us. @module */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { EscapeFilter, type Typed } from "../../cli/escape_filter.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** What came through, with what was asked for in brackets. */
function shown(typed: readonly Typed[]): string {
  const decoder = new TextDecoder();
  return typed.map((it) => it.type === "send" ? decoder.decode(it.bytes) : `[${it.type}]`).join("");
}

Deno.test("EscapeFilter knows its sequences at the beginning of a line only", () => {
  const cases: [string, string][] = [
    ["~.", "[detach]"],
    ["~?", "[help]"],
    ["~~", "~"],
    ["ls\r~.", "ls\r[detach]"],
    ["ls\n~.", "ls\n[detach]"],
    ["ls ~.", "ls ~."],
    ["a~.~.", "a~.~."],
    ["~x~.", "~x~."],
    ["~~.", "~."],
    ["~~\r~.", "~\r[detach]"],
    ["~?~.", "[help][detach]"],
    ["~\r~.", "~\r[detach]"],
    ["~", ""],
    ["~.never seen", "[detach]"],
    ["über\r", "über\r"],
  ];
  for (const [keys, wanted] of cases) {
    assertEquals(shown(new EscapeFilter("~").take(bytes(keys))), wanted, keys);
  }
});

Deno.test("EscapeFilter does not care how the keys come in", () => {
  const keys = fc.string({ unit: fc.constantFrom("~", ".", "?", "\r", "\n", "a"), maxLength: 12 });
  fc.assert(fc.property(keys, fc.nat(12), (text, at) => {
    const whole = shown(new EscapeFilter("~").take(bytes(text)));
    const filter = new EscapeFilter("~");
    const first = filter.take(bytes(text.slice(0, at)));
    const isOver = first.some(({ type }) => type === "detach");
    const second = isOver ? [] : filter.take(bytes(text.slice(at)));
    assertEquals(shown([...first, ...second]), whole);
  }));
});

Deno.test("EscapeFilter takes another character", () => {
  assertEquals(shown(new EscapeFilter("^").take(bytes("~.\r^^\r^."))), "~.\r^\r[detach]");
});
