/** Documents that `environments.toml` must not be, with the reference's complaint about each. @module */

/** A document, and what is said of it. */
export type Refused = readonly [document: string, complaint: string];

/** An entry with these lines. */
export function entry(...lines: readonly string[]): string {
  return `[[environments]]\n${lines.join("\n")}\n`;
}

const long = "x".repeat(65);
const toEntry = "expected one of `id`, `skills`, `url`, `auth_bearer_token`, `program`, `args`, " +
  "`env`, `cwd`, `connect_timeout_sec`, `initialize_timeout_sec`\nin `environments`";
const token = 'auth_bearer_token = "t0ken"';
const headers = "exec-server WebSocket headers require wss:// or a loopback destination";
const header = "invalid value for exec-server WebSocket header `authorization`";
const duration = "cannot convert float seconds to Duration: value is";
const tooBig = `${duration} either too big or NaN\nin \`environments.connect_timeout_sec\``;

function url(text: string): string {
  return entry('id = "a"', `url = '${text}'`);
}

function badUrl(text: string, reason: string): Refused {
  return [url(text), `environment url \`${text}\` is invalid: HTTP format error: ${reason}`];
}

function timeout(value: string): string {
  return entry('id = "a"', 'url = "ws://h"', `connect_timeout_sec = ${value}`);
}

/** Not of the schema; the complaint follows "failed to parse environment config `PATH`: ". */
export const misshapen: readonly Refused[] = [
  ["foo = 1\n", "unknown field `foo`, expected one of `default`, `include_local`, `environments`"],
  [entry('id = "a"', 'url = "ws://x"', "foo = 1"), `unknown field \`foo\`, ${toEntry}`],
  [entry('url = "ws://x"', "zzz = 1", "id = 1"), `unknown field \`zzz\`, ${toEntry}`],
  [entry('url = "ws://x"'), "missing field `id`\nin `environments`"],
  ["default = 3\n", "invalid type: integer `3`, expected a string\nin `default`"],
  ['include_local = "x"\n', 'invalid type: string "x", expected a boolean\nin `include_local`'],
  ["environments = 3\n", "invalid type: integer `3`, expected a sequence\nin `environments`"],
  ["environments = {}\n", "invalid type: map, expected a sequence\nin `environments`"],
  [
    "environments = [1]\n",
    "invalid type: integer `1`, expected struct EnvironmentToml\nin `environments`",
  ],
  [entry("id = 3"), "invalid type: integer `3`, expected a string\nin `environments.id`"],
  [entry("id = true"), "invalid type: boolean `true`, expected a string\nin `environments.id`"],
  [
    entry("id = 1.5"),
    "invalid type: floating point `1.5`, expected a string\nin `environments.id`",
  ],
  [entry("id = []"), "invalid type: sequence, expected a string\nin `environments.id`"],
  [entry("id = {}"), "invalid type: map, expected a string\nin `environments.id`"],
  [entry("id = 1979-05-27"), "invalid type: map, expected a string\nin `environments.id`"],
  [
    entry('id = "a"', "args = [1]"),
    "invalid type: integer `1`, expected a string\nin `environments.args`",
  ],
  [
    entry('id = "a"', 'args = "1"'),
    'invalid type: string "1", expected a sequence\nin `environments.args`',
  ],
  [entry('id = "a"', "env = []"), "invalid type: sequence, expected a map\nin `environments.env`"],
  [
    entry('id = "a"', "skills = 1"),
    "invalid type: integer `1`, expected struct ScopedSkillsConfig\nin `environments.skills`",
  ],
  [
    entry('id = "a"', "skills = {x = 1}"),
    "unknown field `x`, expected `required`\nin `environments.skills`",
  ],
  [
    entry('id = "a"', 'skills = {required = "x"}'),
    'invalid type: string "x", expected a sequence\nin `environments.skills.required`',
  ],
  [
    timeout('"x"'),
    'invalid type: string "x", expected f64\nin `environments.connect_timeout_sec`',
  ],
  [timeout("-1"), `${duration} negative\nin \`environments.connect_timeout_sec\``],
  [timeout("nan"), tooBig],
  [timeout("inf"), tooBig],
  [timeout("1.9e19"), tooBig],
  [
    entry('id = "a"', 'program = "p"', "initialize_timeout_sec = -0.5"),
    `${duration} negative\nin \`environments.initialize_timeout_sec\``,
  ],
];

/** Of the schema, but wrong; in the order of the checks. */
export const mistaken: readonly Refused[] = [
  [entry('id = ""', "args = []"), "environment id cannot be empty"],
  [entry('id = "  "'), "environment id cannot be empty"],
  [entry('id = " none"'), "environment id ` none` must not contain surrounding whitespace"],
  [entry('id = "local"'), "environment id `local` is reserved"],
  [entry('id = "NoNe"'), "environment id `NoNe` is reserved"],
  [entry(`id = "${long}"`), `environment id \`${long}\` cannot be longer than 64 characters`],
  [
    entry(`id = "ü${long.slice(2)}"`),
    `environment id \`ü${long.slice(2)}\` cannot be longer than 64 characters`,
  ],
  [
    entry('id = "a.b"', "args = []"),
    "environment id `a.b` must contain only ASCII letters, numbers, '-' or '_'",
  ],
  [
    entry('id = "a"', "args = []", token),
    "environment `a` args, env, and cwd require program",
  ],
  [
    entry('id = "a"', 'url = "ws://h"', "env = {}"),
    "environment `a` args, env, and cwd require program",
  ],
  [
    entry('id = "a"', 'url = "ws://h"', 'cwd = ""'),
    "environment `a` args, env, and cwd require program",
  ],
  [
    entry('id = "a"', 'program = "p"', token, "connect_timeout_sec = 1"),
    "environment `a` auth_bearer_token requires url",
  ],
  [
    entry('id = "a"', 'program = "p"', "connect_timeout_sec = 1"),
    "environment `a` connect_timeout_sec requires url",
  ],
  [entry('id = "a"'), "environment `a` must set exactly one of url or program"],
  [
    entry('id = "a"', 'program = "p"', 'url = ""'),
    "environment `a` must set exactly one of url or program",
  ],
  [
    entry('id = "a"', 'program = "p"', 'url = "ws://h"', token),
    "environment `a` must set exactly one of url or program",
  ],
  [url("  "), "environment url cannot be empty"],
  [url("http://x"), "environment url `http://x` must use ws:// or wss://"],
  [url("WS://x"), "environment url `WS://x` must use ws:// or wss://"],
  [url("ws:/x"), "environment url `ws:/x` must use ws:// or wss://"],
  badUrl("ws://", "empty string"),
  badUrl("wss://", "empty string"),
  badUrl("ws:///p", "invalid format"),
  badUrl("ws://?x", "invalid format"),
  badUrl("ws://a b", "invalid uri character"),
  badUrl("ws://ü", "invalid uri character"),
  badUrl("ws://h<x", "invalid uri character"),
  badUrl("ws://h/a b", "invalid uri character"),
  badUrl("ws://[::1", "invalid authority"),
  badUrl("ws://h%20x", "invalid authority"),
  [entry('id = "a"', 'program = "  "'), "environment `a` program cannot be empty"],
  [entry('id = "a"', 'url = "ws://1.2.3.4"', token), headers],
  [entry('id = "a"', 'url = "ws://localhost@evil.example"', token), headers],
  [entry('id = "a"', 'url = "ws://x"', 'auth_bearer_token = "a\\nb"'), headers],
  [entry('id = "a"', 'url = "ws://x"', 'auth_bearer_token = ""'), headers],
  [entry('id = "a"', 'url = "ws://[::1]:1"', 'auth_bearer_token = "a\\nb"'), header],
  [entry('id = "a"', 'url = "wss://x"', 'auth_bearer_token = "a\\u007fb"'), header],
  [
    entry('id = "a"', 'url = "ws://h"') + entry('id = "a"', 'program = "p"'),
    "environment id `a` is duplicated",
  ],
  [
    entry('id = "a"', 'url = "ws://h"') + entry('id = "a"', 'url = "http://h"'),
    "environment url `http://h` must use ws:// or wss://",
  ],
  [
    entry('id = "a"', 'url = "http://h"') + entry('id = ""', 'url = "ws://h"'),
    "environment url `http://h` must use ws:// or wss://",
  ],
  [
    `default = "b"\n${entry('id = "a"', 'url = "http://h"')}`,
    "environment url `http://h` must use ws:// or wss://",
  ],
  ['default = "  "\n', "default environment id cannot be empty"],
  [
    `default = "b"\n${entry('id = "a"', 'url = "ws://h"')}`,
    "default environment `b` is not configured",
  ],
  ['default = "LOCAL"\n', "default environment `LOCAL` is not configured"],
  ['default = "local"\ninclude_local = false\n', "default environment `local` is not configured"],
];
