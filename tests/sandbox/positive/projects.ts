/** Whole projects that must build and pass their tests inside a sandbox. @module */

import { fromFileUrl } from "@std/path";
import type { Bench } from "./bench.ts";
import { checked, type PositiveCase, script } from "./case.ts";

const sh = String.raw;
const repository = fromFileUrl(new URL("../../../", import.meta.url));

/** A package with a dependency beside it, and a test. */
const npmProject = sh`mkdir -p app/dep app/test
echo '{"name":"dep","version":"1.0.0","main":"i.js"}' > app/dep/package.json
echo 'module.exports = (n) => n + 1;' > app/dep/i.js
cat > app/package.json <<'END'
{"name":"app","version":"1.0.0","scripts":{"test":"node --test test/","build":"node -e \"require('dep')(1)\""},
"dependencies":{"dep":"file:./dep"}}
END
echo 'const t = require("node:test"); t("adds", () => require("node:assert").equal(require("dep")(1), 2));' > app/test/a.test.js
cd app && npm install --package-lock-only --offline --no-audit --no-fund --silent --cache "$HOME/npm-cache"`;

const cargoProject = sh`mkdir -p crate/src
printf '[package]\nname = "probe"\nversion = "0.1.0"\nedition = "2021"\n' > crate/Cargo.toml
printf 'fn main() { println!("built"); }\n#[test]\nfn adds() { assert_eq!(1 + 1, 2); }\n' > crate/src/main.rs`;

/** Slow ones. */
export const projectCases: readonly PositiveCase[] = [
  script(
    "npm-ci-and-test",
    sh`cd app; npm ci --offline --no-audit --no-fund --cache /tmp/$LITTER-npm; npm run build; npm test`,
    { needs: ["npm"], slow: true, before: npmProject, limitMs: 90_000 },
  ),
  checked("cargo-build-and-test", cargo, { slow: true }),
  checked("tests-of-this-project", ownTests, { slow: true }),
];

/** With the caller's toolchain, which is outside the workspace and must not be written. */
async function cargo(bench: Bench): Promise<void> {
  const home = Deno.env.get("CARGO_HOME") ?? `${Deno.env.get("HOME") ?? ""}/.cargo`;
  const rustup = Deno.env.get("RUSTUP_HOME") ?? `${Deno.env.get("HOME") ?? ""}/.rustup`;
  if (bench.host.uid !== Deno.uid() || !await works(`${home}/bin/cargo`)) {
    console.log("cargo-build-and-test: left out, this user has no cargo that works");
    return;
  }
  await bench.prepare(cargoProject);
  const text =
    "set -e; cd crate; cargo build --offline; ./target/debug/probe; cargo test --offline";
  const env = {
    PATH: `${home}/bin:/usr/bin:/bin`,
    CARGO_HOME: `${bench.room.vars.WS}/cargo-home`,
    RUSTUP_HOME: rustup,
  };
  const { exitCode, stderr } = await bench.run(text, { env, limitMs: 120_000 });
  if (exitCode !== 0) throw new Error(stderr.slice(-600));
}

async function works(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["--version"] }).output()).success;
  } catch {
    // Not installed.
    return false;
  }
}

/** Two files of this project's tests, in a copy, with modules that are there already. */
async function ownTests(bench: Bench): Promise<void> {
  const { WS, LITTER } = bench.room.vars;
  await bench.prepare(
    `mkdir p && cd ${repository} && cp -r deno.json deno.lock protocol types tools "$WS/p/" && ` +
      `mkdir -p "$WS/p/tests" && cp -r tests/protocol tests/support "$WS/p/tests/"`,
  );
  const text = `set -e; cd p
cp -r "$MODULES" /tmp/${LITTER}-deno
DENO_DIR=/tmp/${LITTER}-deno "$DENO" test -A --no-check --cached-only \
tests/protocol/base64_test.ts tests/protocol/path_uri_test.ts`;
  const env = {
    DENO: Deno.execPath(),
    MODULES: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
    NO_COLOR: "1",
    DENO_NO_UPDATE_CHECK: "1",
  };
  const options = { env, workspace: WS, limitMs: 120_000 };
  const { exitCode, stdout, stderr } = await bench.run(text, options);
  if (exitCode !== 0) throw new Error(`${stdout.slice(-300)} ${stderr.slice(-300)}`);
}
