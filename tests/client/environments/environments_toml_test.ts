/** What `environments.toml` may say, and how mistakes in it are worded. @module */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { chooseEnvironments } from "../../../client/environments/choose_environments.ts";
import { parseEnvironments } from "../../../client/environments/environments_toml.ts";
import { EnvironmentSettingsError } from "../../../client/environments/settings.ts";
import { entry, misshapen, mistaken } from "./refused_documents.ts";

const path = "/home/me/environments.toml";

function read(document: string) {
  return chooseEnvironments([parseEnvironments(document, path)]);
}

function complaint(document: string): string {
  const error = assertThrows(() => read(document), EnvironmentSettingsError);
  assertEquals(error.path, path);
  return error.message;
}

Deno.test("What is not of the schema is refused in the reference's words", () => {
  for (const [document, wanted] of misshapen) {
    assertEquals(complaint(document), `failed to parse environment config \`${path}\`: ${wanted}`);
  }
});

Deno.test("Mistakes are refused in the reference's words and order", () => {
  for (const [document, wanted] of mistaken) assertEquals(complaint(document), wanted, document);
});

const broken: readonly string[] = [
  "x = = 3\n",
  "x = \n",
  "[[environments\n",
  'default = "a\n',
  'default = "local"\ndefault = "none"\n',
  entry('id = "a"', 'url = "ws://h"', 'id = "b"'),
  entry('id = "a"', 'program = "p"', 'env = {A = "1"}', "[environments.env]", 'A = "2"'),
];

Deno.test("What is no TOML is refused, and so is a key that is given twice", () => {
  for (const document of broken) {
    assertStringIncludes(complaint(document), `failed to parse environment config \`${path}\`: `);
  }
});

Deno.test("No complaint repeats a token or a variable", () => {
  const documents = [
    entry('id = "a"', 'url = "ws://h"', 'auth_bearer_token = "s3cret"'),
    entry('id = "a"', 'url = "wss://h"', "auth_bearer_token = s3cret"),
    entry('id = "a"', 'url = "wss://h"', 'auth_bearer_token = "s3cret'),
    entry('id = "a"', 'url = "wss://h"', 'auth_bearer_token = "s3cret" x'),
    entry('id = "a"', 'url = "wss://h"', 'auth_bearer_token = "s3cret\\n"'),
    entry('id = "a"', 'url = "wss://h"', 'auth_bearer_token = ["s3cret"]'),
    entry('id = "a"', 'program = "p"', "env = {A = [s3cret]}"),
  ];
  for (const document of documents) assert(!complaint(document).includes("s3cret"), document);
  assertEquals(
    complaint(entry('id = "a"', "auth_bearer_token = 5")),
    `failed to parse environment config \`${path}\`: invalid type: integer, expected a string\n` +
      "in `environments.auth_bearer_token`",
  );
});

Deno.test("Every key of the schema arrives", () => {
  const document = `
# Where work is done.
default = " box "
include_local = false

[[environments]]
id = "box"
url = " wss://box.example/exec?x=1 "
auth_bearer_token = "t0ken"
connect_timeout_sec = 1.5
initialize_timeout_sec = 3
skills = { required = ["lint"] }

[[environments]]
id = "remote"
program = " ssh "
args = ["dev", "exec-server"]
cwd = "sub/dir"
[environments.env]
K = "V"
`;
  assertEquals(read(document), {
    defaultId: "box",
    includesLocal: false,
    environments: [
      {
        id: "box",
        source: path,
        settings: {
          url: "wss://box.example/exec?x=1",
          bearerToken: "t0ken",
          connectTimeoutMs: 1500,
          initializeTimeoutMs: 3000,
          requiredSkills: ["lint"],
        },
      },
      {
        id: "remote",
        source: path,
        settings: {
          program: "ssh",
          args: ["dev", "exec-server"],
          cwd: "/home/me/sub/dir",
          env: { K: "V" },
        },
      },
    ],
  });
});

const accepted: readonly string[] = [
  "ws://h:99999",
  "ws://[::1]:5/x?y#z",
  "ws://u:p@h",
  "ws://h/ü",
  'ws://h/{}"',
  "unix:///run/exec.sock",
  "ssh://me@box",
];

Deno.test("URLs that the reference accepts are accepted, and our own forms too", () => {
  for (const url of accepted) {
    const [found] = read(entry('id = "a"', `url = '${url}'`)).environments;
    assertEquals(found?.settings, { url });
  }
});

Deno.test("A token goes over TLS, loopback and Unix sockets", () => {
  for (const url of ["wss://h", "ws://127.9.9.9", "ws://LOCALHOST:1", "ws://[::1]", "unix:///s"]) {
    const document = entry('id = "a"', `url = "${url}"`, 'auth_bearer_token = "ü"');
    assertEquals(read(document).environments[0]?.settings, { url, bearerToken: "ü" });
  }
  assertStringIncludes(
    complaint(entry('id = "a"', 'url = "ssh://h"', 'auth_bearer_token = "x"')),
    "require wss:// or a loopback destination",
  );
});

Deno.test("A directory is absolute or counts from the file's", () => {
  const cwds = [["/abs", "/abs"], ["", "/home/me"], ["..", "/home/me/.."]];
  for (const [written, wanted] of cwds) {
    const document = entry('id = "a"', 'program = "p"', `cwd = "${written}"`);
    assertEquals(read(document).environments[0]?.settings, { program: "p", cwd: wanted ?? "" });
  }
});
