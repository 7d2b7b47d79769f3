/** Stubs at work: what the command gets, and what is said when there is none. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { stubArguments, stubImage } from "../../../sandbox/stub/stub_image.ts";
import { benches, run, stubTest } from "./real_stub.ts";

const sh = "/bin/sh";
const silent = { stdout: "", stderr: "" };

/** The arguments for a shell that runs `script`. */
function shell(script: string, ...args: readonly string[]): readonly string[] {
  return stubArguments({ candidates: [sh], arg0: "sh", args: ["-c", script, ...args] });
}

for (const bench of await benches()) {
  stubTest("a stub hands over every argument, empty ones too", bench, async (folder) => {
    const script = 'printf "<%s>" "$0" "$@"';
    const args = ["-c", script, "", "a b", "", "-x", ""];
    const command = stubArguments({ candidates: ["/missing/sh", sh], arg0: "name", args });
    const outcome = await run([...await folder.stub(), ...command]);
    assertEquals(outcome, { ...silent, code: 0, stdout: "<><a b><><-x><>" });
  });

  stubTest("a stub gives the command the name it is told to", bench, async (folder) => {
    const args = ["-c", "tr '\\0' ' ' < /proc/$$/cmdline"];
    const command = stubArguments({ candidates: [sh], arg0: "-other name", args });
    const { stdout } = await run([...await folder.stub(), ...command]);
    assertEquals(stdout, "-other name -c tr '\\0' ' ' < /proc/$$/cmdline ");
  });

  stubTest("a stub hands over the environment as it is", bench, async (folder) => {
    const command = stubArguments({ candidates: ["/usr/bin/env"], arg0: "env", args: [] });
    const env = { A: "1", EMPTY: "", PATH: "/nowhere" };
    const [program = "", ...rest] = [...await folder.stub(), ...command];
    const located = (await run(["sh", "-c", `command -v "${program}"`])).stdout.trim();
    const { stdout } = await run([located, ...rest], { env });
    assertEquals(stdout.split("\n").sort(), ["", "A=1", "EMPTY=", "PATH=/nowhere"]);
  });

  stubTest("a stub becomes the command: its status, its signal", bench, async (folder) => {
    const stub = await folder.stub();
    assertEquals((await run([...stub, ...shell("exit 7")])).code, 7);
    assertEquals((await run([...stub, ...shell("kill -KILL $$")])).code, 137);
  });

  stubTest("a stub says that no candidate exists", bench, async (folder) => {
    const script = await folder.program("#!/missing/interpreter\n");
    const candidates = ["/missing/tool", "/dev/null/tool", script];
    const stub = await folder.stub();
    const outcome = { ...silent, code: 127, stderr: "exec-server: tool: not found\n" };
    for (const tried of [candidates, []]) {
      const command = stubArguments({ candidates: tried, arg0: "tool", args: ["x"] });
      assertEquals(await run([...stub, ...command]), outcome);
    }
  });

  stubTest("a stub goes on after a candidate that may not be executed", bench, async (folder) => {
    const denied = `${folder.path}/denied`;
    await Deno.writeTextFile(denied, "#!/bin/sh\n", { mode: 0o644 });
    const stub = await folder.stub();
    const tool = { arg0: "tool", args: ["-c", "echo ran"] };
    const found = stubArguments({ candidates: [denied, "/missing/tool", sh], ...tool });
    assertEquals(await run([...stub, ...found]), { ...silent, code: 0, stdout: "ran\n" });
    const lost = stubArguments({ candidates: [denied, "/missing/tool"], ...tool });
    const stderr = "exec-server: tool: cannot be executed (errno 13)\n";
    assertEquals(await run([...stub, ...lost]), { ...silent, code: 126, stderr });
  });

  stubTest("a stub stops at a file of a wrong format", bench, async (folder) => {
    const odd = await folder.program("no format at all");
    const command = stubArguments({ candidates: [odd, sh], arg0: "odd", args: ["-c", "echo ran"] });
    const stderr = "exec-server: odd: cannot be executed (errno 8)\n";
    assertEquals(await run([...await folder.stub(), ...command]), { ...silent, code: 126, stderr });
  });

  stubTest("a stub without a command says so", bench, async (folder) => {
    const stub = await folder.stub();
    const stderr = "exec-server: the stub was given no command\n";
    for (const args of [[], ["/bin/true"], ["/bin/true", ""], [""]]) {
      assertEquals(await run([...stub, ...args]), { ...silent, code: 126, stderr });
    }
  });

  stubTest("a stub closes every descriptor above standard error", bench, async (folder) => {
    const leak = ["sh", "-c", 'exec "$@" 4</dev/null 8</etc/passwd', "sh"];
    const count = shell("cd /proc/$$/fd && ls -d 4 8 2>/dev/null; ls -d 0 1 2");
    const bare = await run([...leak, sh, "-c", count.at(-1) ?? ""]);
    assertEquals(bare.stdout, "4\n8\n0\n1\n2\n");
    const { stdout } = await run([...leak, ...await folder.stub(), ...count]);
    assertEquals(stdout, "0\n1\n2\n");
  });

  stubTest("a stub sets limits, and never raises one", bench, async (folder) => {
    const stub = await folder.stub({
      limits: [
        { resource: "core", soft: 0n, hard: 0n },
        { resource: "nofile", soft: 64n, hard: 2n ** 64n - 1n, required: true },
        { resource: "fsize", soft: 2n ** 41n, hard: 2n ** 42n },
      ],
    });
    const show = "ulimit -c; ulimit -Sn; ulimit -Hn; ulimit -Sf; ulimit -Hf";
    const under = (limits: string) => ["sh", "-c", `${limits}; exec "$@"`, "sh"];
    // The shell counts files in units of 512 bytes.
    const high = await run([...under("ulimit -n 100"), ...stub, ...shell(show)]);
    assertEquals(high.stdout, "0\n64\n100\n4294967296\n8589934592\n");
    const low = await run([...under("ulimit -n 50; ulimit -f 8"), ...stub, ...shell(show)]);
    assertEquals(low.stdout, "0\n50\n50\n8\n8\n");
  });
}

Deno.test("stubArguments() refuses an empty path, which would end the candidates", () => {
  const command = { candidates: ["/bin/true", ""], arg0: "true", args: [] };
  assertThrows(() => stubArguments(command), RangeError, 'Cannot start "true": a path is empty');
});

Deno.test("stubImage() refuses a soft limit above its hard one", () => {
  const limits = [{ resource: "core", soft: 2n, hard: 1n }] as const;
  assertThrows(
    () => stubImage({ architecture: "x86_64", limits, terminal: false }),
    RangeError,
    'Cannot limit "core" to 2: that is above 1',
  );
});

Deno.test("stubImage() makes an image once for each set of options", () => {
  const filter = new Uint8Array(8);
  const options = { architecture: "x86_64", limits: [], terminal: false } as const;
  const images = [
    stubImage(options),
    stubImage({ ...options, architecture: "aarch64" }),
    stubImage({ ...options, terminal: true }),
    stubImage({ ...options, limits: [{ resource: "core", soft: 0n, hard: 0n }] }),
    stubImage({ ...options, filter }),
    stubImage({ ...options, filter: new Uint8Array(16) }),
    stubImage({ ...options, listensBy: 7 }),
    stubImage({ ...options, listensBy: 8 }),
    stubImage(options),
    stubImage({ ...options, filter }),
    stubImage({ ...options, listensBy: 7 }),
  ];
  assertEquals(images.map((image) => images.indexOf(image)), [0, 1, 2, 3, 4, 5, 6, 7, 0, 4, 6]);
});
