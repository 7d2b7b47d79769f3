/** What any program on macOS needs that is neither a file of a policy nor the network. @module */

import { constant, type Expression, rule } from "./expression.ts";

/** Facts about the processor and the system that runtimes ask for; nothing about other programs. */
const SYSTEM_FACTS: Readonly<Record<string, readonly string[]>> = {
  hw: [
    "activecpu",
    "busfrequency_compat",
    "byteorder",
    "cacheconfig",
    "cachelinesize",
    "cachelinesize_compat",
    "cpufamily",
    "cpufrequency",
    "cpufrequency_compat",
    "cpusubfamily",
    "cputype",
    "l1dcachesize",
    "l1dcachesize_compat",
    "l1icachesize",
    "l2cachesize",
    "l3cachesize",
    "logicalcpu",
    "logicalcpu_max",
    "machine",
    "memsize",
    "model",
    "ncpu",
    "nperflevels",
    "packages",
    "pagesize",
    "pagesize_compat",
    "physicalcpu",
    "physicalcpu_max",
    "tbfrequency",
    "tbfrequency_compat",
    "vectorunit",
  ],
  kern: [
    "argmax",
    "hostname",
    "maxfilesperproc",
    "maxproc",
    "ngroups",
    "osproductversion",
    "osrelease",
    "ostype",
    "osvariant_status",
    "osversion",
    "secure_kernel",
    "usrstack64",
    "version",
  ],
  machdep: ["ptrauth_enabled"],
  sysctl: ["proc_cputype", "proc_native"],
  vm: ["loadavg"],
};
const FACT_FAMILIES = [
  "hw.optional.",
  "hw.perflevel",
  "machdep.cpu.",
  "kern.proc.pgrp.",
  "kern.proc.pid.",
];
/** Users' and groups' names, and what is asked before the machine is kept awake. */
const SERVICES = [
  "com.apple.PowerManagement.control",
  "com.apple.system.opendirectoryd.libinfo",
  "com.apple.system.opendirectoryd.membership",
];
const ANY_TERMINAL: Expression = ["regex", constant("^/dev/ttys[0-9]+$")];
/** Those that are made inside; others belong to others. */
const MADE_INSIDE: Expression = ["extension", constant("com.apple.sandbox.pty")];
/** What makes terminals, and the program's own. */
const TERMINAL_DEVICES: readonly Expression[] = [
  ["literal", constant("/dev/ptmx")],
  ["literal", constant("/dev/tty")],
];

/** The section; what it opens is closed again by what follows. */
export function baseSection(): readonly Expression[] {
  const sameSandbox: Expression = ["target", "same-sandbox"];
  const facts = Object.entries(SYSTEM_FACTS)
    .flatMap(([family, names]) => names.map((name) => `${family}.${name}`));
  return [
    rule("allow", ["process-fork"]),
    rule("allow", ["signal"], [sameSandbox]),
    rule("allow", ["process-info*"], [sameSandbox]),
    rule("allow", ["file-write-data"], [[
      "require-all",
      ["literal", constant("/dev/null")],
      ["vnode-type", "CHARACTER-DEVICE"],
    ]]),
    rule("allow", ["sysctl-read"], [
      ...facts.map((name): Expression => ["sysctl-name", constant(name)]),
      ...FACT_FAMILIES.map((name): Expression => ["sysctl-name-prefix", constant(name)]),
    ]),
    rule("allow", ["iokit-open"], [[
      "iokit-registry-entry-class",
      constant("RootDomainUserClient"),
    ]]),
    servicesRule(SERVICES),
    rule("allow", ["ipc-posix-sem"]),
    // OpenMP counts its runtimes there.
    rule("allow", ["ipc-posix-shm-read*", "ipc-posix-shm-write*"], [[
      "ipc-posix-name-regex",
      constant("^/__KMP_REGISTERED_LIB_[0-9]+$"),
    ]]),
    rule("allow", ["pseudo-tty"]),
    rule("allow", ["file-read*", "file-write*"], [
      ...TERMINAL_DEVICES,
      ["require-all", ANY_TERMINAL, MADE_INSIDE],
    ]),
    // Also of a terminal that was open before the profile held; no other can be opened.
    rule("allow", ["file-ioctl"], [...TERMINAL_DEVICES, ANY_TERMINAL]),
  ];
}

/** A rule that lets services be talked to. */
export function servicesRule(names: readonly string[]): Expression {
  const filters = names.map((name): Expression => ["global-name", constant(name)]);
  return rule("allow", ["mach-lookup"], filters);
}
