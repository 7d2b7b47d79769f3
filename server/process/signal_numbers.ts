/** Numbers of signals, which differ between systems. @module */

import type { SignalName } from "../../protocol/signal_names.ts";

type Numbers = Readonly<Record<SignalName, number>>;

const shared = {
  interrupt: 2,
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
} as const;

const linux: Numbers = {
  ...shared,
  SIGBUS: 7,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGURG: 23,
  SIGIO: 29,
  SIGSYS: 31,
};

const macos: Numbers = {
  ...shared,
  SIGBUS: 10,
  SIGUSR1: 30,
  SIGUSR2: 31,
  SIGCHLD: 20,
  SIGCONT: 19,
  SIGSTOP: 17,
  SIGTSTP: 18,
  SIGURG: 16,
  SIGIO: 23,
  SIGSYS: 12,
};

/** Numbers of this system. */
export const signalNumbers: Numbers = Deno.build.os === "darwin" ? macos : linux;
