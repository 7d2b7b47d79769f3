/** What of the shared sources goes into the client's package. @module */

import { assertEquals } from "@std/assert";
import { clientHalf } from "../../../tools/library/client_half.ts";

const path = "protocol/methods/example.ts";

function half(source: string, others: Readonly<Record<string, string>> = {}): string | undefined {
  return clientHalf(new Map([[path, source], ...Object.entries(others)])).get(path);
}

const decoders = `import { struct, text } from "../schema.ts";

const exampleParams: Schema<Params> = struct<Params>("Params", {
  path: text,
});

const exampleResult: Schema<Result> = struct<Result>("Result", { text });
`;

Deno.test("clientHalf() keeps of a request what decodes its result", () => {
  const source = `${decoders}
export const exampleRequests: ExampleRequests = {
  "example/do": {
    params: exampleParams,
    result: exampleResult,
    errors: [
      "notFound",
    ],
    summary:
      "Does it.",
  },
  "example/also": fsRow({
    params: exampleParams,
    result: exampleResult,
    summary: "Does that.",
  }),
};
`;
  const uses = {
    "client/uses.ts": `import { exampleRequests } from "x";\nuse(exampleRequests);\n`,
  };
  const wanted = `import { struct, text } from "../schema.ts";


const exampleResult: Schema<Result> = struct<Result>("Result", { text });

export const exampleRequests: ExampleRequests = {
  "example/do": {
    result: exampleResult,
  },
  "example/also": {
    result: exampleResult,
  },
};
`;
  assertEquals(half(source, uses), wanted);
});

Deno.test("clientHalf() keeps of a notification what decodes it", () => {
  const row = (facts: string) =>
    `const rows = {\n  "example/done": {\n    params: doneParams,\n${facts}    direction: "toClient",\n  },\n};\nuse(rows);\n`;
  assertEquals(half(row(`    paramsType: "Done",\n    summary: "It is done.",\n`)), row(""));
});

Deno.test("clientHalf() keeps what is used under another name, spread, or in another file", () => {
  const source = `export const a = one();
export const b = two();
export const c = { a: 1 };
use({ ...c });
// Nobody uses b here.
`;
  const uses = { "client/uses.ts": `import { a as other, b } from "x";\nuse(other, b);\n` };
  assertEquals(half(source, uses), source);
});

Deno.test("clientHalf() leaves other files as they are", () => {
  const sources = new Map([["client/a.ts", "const a = one();\n"]]);
  assertEquals(clientHalf(sources), sources);
});
