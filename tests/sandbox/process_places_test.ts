/** Paths that belong to a process are refused, for inside there are others. @module */

import { assertEquals, assertThrows } from "@std/assert";
import { confine } from "../../sandbox/confine.ts";
import { resolvePolicy } from "../../sandbox/policy.ts";
import { SandboxRefusal } from "../../sandbox/refusal.ts";
import { fakeDisk, link } from "../support/fake_disk.ts";
import { pathEntry, readRoot, restrictedSandbox } from "../support/sandbox_intents.ts";

const tree = {
  proc: {
    self: link("7"),
    net: link("self/net"),
    7: { cwd: link("/w"), fd: {}, net: {} },
    sys: { kernel: {} },
    meminfo: "",
  },
  dev: { fd: link("/proc/self/fd") },
  w: { l: link("/proc"), p: link("/proc/self") },
};

function outcome(entries: Parameters<typeof restrictedSandbox>[0], cwd = "/w") {
  const policy = resolvePolicy(restrictedSandbox(entries), { system: "linux", cwd });
  return confine(policy, { disk: fakeDisk(tree), cwd });
}

function refused(...[entries, cwd]: Parameters<typeof outcome>): string {
  const { obstacle, message } = assertThrows(() => outcome(entries, cwd), SandboxRefusal);
  assertEquals(obstacle, "processPlace");
  return message;
}

for (const access of ["read", "write", "deny"] as const) {
  for (
    const path of ["/proc/self", "/proc/net", "/dev/fd", "/proc/7/fd", "/proc/self/cwd", "/w/p"]
  ) {
    Deno.test(`a rule to ${access} ${path} is refused`, () => {
      const place =
        "belongs to a process, and in the sandbox there are others; name a path outside of";
      assertEquals(
        refused([readRoot, pathEntry(path, access)]),
        `The path "${path}" ${place} /proc/self and its like`,
      );
    });
  }
}

for (const path of ["/proc", "/w/l"]) {
  Deno.test(`a rule to deny ${path} is refused`, () => {
    assertEquals(
      refused([readRoot, pathEntry(path, "deny")]),
      `Cannot deny "${path}": a sandbox has a /proc of its own, without which nothing starts; ` +
        "leave it out of the policy",
    );
  });
}

for (const cwd of ["/proc/self", "/dev/fd", "/proc/7", "/proc/self/cwd"]) {
  Deno.test(`a command does not start in ${cwd}`, () => {
    const message = refused([readRoot], cwd);
    assertEquals(message.startsWith(`The working directory "${cwd}" belongs to a process`), true);
  });
}

Deno.test("what else there is to the kernel may be named", () => {
  const entries = [readRoot, pathEntry("/proc/sys/kernel", "deny"), pathEntry("/proc", "read")];
  assertEquals(outcome(entries, "/proc").kind, "contained");
  assertEquals(outcome([readRoot, pathEntry("/proc/meminfo", "deny")]).kind, "contained");
});
