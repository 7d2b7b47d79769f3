/** When a failure counts as a denial: by what was printed, where, and how long ago. @module */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type EndedCommand, findDenial, type OutputPiece } from "../../sandbox/denial.ts";
import { denialWords, holdsDenialWord } from "../../sandbox/denial_words.ts";

const encoder = new TextEncoder();
const MIB = 1024 * 1024;

function printed(text: string, stream: OutputPiece["stream"] = "stderr"): OutputPiece {
  return { stream, bytes: encoder.encode(text) };
}

function noise(length: number): OutputPiece {
  return { stream: "stdout", bytes: new Uint8Array(length).fill(0x2e) };
}

function isDenied(output: readonly OutputPiece[], more: Partial<EndedCommand> = {}): boolean {
  const command = { hadSandbox: true, system: "linux", exitCode: 1, output, ...more } as const;
  return findDenial(command) !== undefined;
}

const told = printed("touch: Read-only file system\n");

const cases: readonly (readonly [
  name: string,
  expected: boolean,
  output: readonly OutputPiece[],
  more?: Partial<EndedCommand>,
])[] = [
  ["a word on standard error", true, [told]],
  ["a word on standard output", true, [printed("permission denied", "stdout")]],
  ["a word on a terminal", true, [printed("\x1b[31mPermission denied\r\n", "pty")]],
  ["a word in capitals", true, [printed("OPERATION NOT PERMITTED")]],
  ["a word within a word", true, [printed("unsandboxed")]],
  ["a word between bytes that are no text", true, [{
    stream: "stderr",
    bytes: new Uint8Array([0xff, 0xc3, ...encoder.encode("seccomp"), 0x80]),
  }]],
  ["no output", false, []],
  ["other words", false, [printed("EPERM EROFS Network is unreachable, No such file")]],
  ["a beginning of a word", false, [printed("permission denie")]],
  ["without a sandbox", false, [told], { hadSandbox: false }],
  ["a success", false, [told], { exitCode: 0 }],
  ["a word, whatever the status", true, [told], { exitCode: 2 }],
  ["a word and status 126", true, [told], { exitCode: 126 }],
  ["a word and status 127", true, [told], { exitCode: 127 }],
  ["status 126 alone", false, [], { exitCode: 126 }],
  ["a kill by the filter", true, [], { exitCode: 159 }],
  ["the same status elsewhere", false, [], { exitCode: 159, system: "macos" }],
  ["a word in two pieces", true, [printed("perm"), printed("ission den"), printed("ied")]],
  ["a word in two streams, one after the other", true, [
    printed("read-only ", "stdout"),
    printed("file system"),
  ]],
  ["a word torn apart by other output", true, [
    printed("sand"),
    printed("compiling\n", "stdout"),
    printed("box"),
  ]],
  ["a word of output torn apart by errors", true, [
    printed("land", "stdout"),
    printed("oops\n"),
    printed("lock", "stdout"),
  ]],
  ["a word in neither order", false, [printed("box"), printed("sand", "stdout")]],
  ["a word just within the newest MiB", true, [told, noise(MIB - told.bytes.byteLength)]],
  ["a word of which the newest MiB lacks the beginning", false, [
    printed("sandbox"),
    noise(MIB - 6),
  ]],
  ["a word before the newest MiB", false, [told, noise(600_000), noise(460_000)]],
  ["a word after much output", true, [noise(3 * MIB), told]],
  ["a word in a piece of which only the end counts", true, [{
    stream: "stderr",
    bytes: new Uint8Array([...noise(2 * MIB).bytes, ...told.bytes]),
  }]],
];

for (const [name, expected, output, more] of cases) {
  Deno.test(`${name} is ${expected ? "a denial" : "no denial"}`, () => {
    assertEquals(isDenied(output, more), expected);
  });
}

for (const word of denialWords) {
  Deno.test(`"${word}" is found wherever it stands`, () => {
    for (const text of [word, `x${word}`, `${word}x`, `xxxxxxx${word.toUpperCase()}yyyyyyyy`]) {
      assert(holdsDenialWord(encoder.encode(text)), text);
    }
    assert(!holdsDenialWord(encoder.encode(word.slice(0, -1))));
    assert(!holdsDenialWord(encoder.encode(word.slice(1))));
  });
}

Deno.test("holdsDenialWord() agrees with a search of the text", () => {
  const pieces = denialWords.flatMap((
    word,
  ) => [word, word.slice(0, 4), word.slice(4), word.slice(1)]);
  const text = fc.array(fc.constantFrom(...pieces, "s", "S", " ", "é", "ss"), { maxLength: 8 })
    .map((parts) => parts.join(""));
  fc.assert(fc.property(text, (text) => {
    const lower = text.toLowerCase();
    const expected = denialWords.some((word) => lower.includes(word));
    assertEquals(holdsDenialWord(encoder.encode(text)), expected);
  }));
});

Deno.test("findDenial() says what was denied when the output tells", () => {
  const output = [printed("touch: cannot touch '/etc/x': Read-only file system\n")];
  assertEquals(findDenial({ hadSandbox: true, system: "linux", exitCode: 1, output }), {
    detail: { path: "/etc/x", operation: "write" },
  });
});

Deno.test("findDenial() takes a lack of network for a denial where the network is closed", () => {
  const texts = [
    "curl: (6) Could not resolve host: example.com",
    "OSError: [Errno 101] Network is unreachable",
    "Error: getaddrinfo EAI_AGAIN registry",
    "connect: Connection refused",
  ];
  for (const words of texts) {
    const output = [{ stream: "stderr", bytes: new TextEncoder().encode(words) }] as const;
    const ended = { hadSandbox: true, system: "linux", exitCode: 7, output } as const;
    const denial = { detail: { operation: "network" } } as const;
    assertEquals(findDenial({ ...ended, isNetworkClosed: true }), denial, words);
    assertEquals(findDenial(ended), undefined, words);
  }
});
