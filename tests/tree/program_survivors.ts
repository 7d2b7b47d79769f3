/** Survivors that take more than a shell: other languages, real daemons, terminals. @module */
import type { Survivor } from "./survivor.ts";

const escapesGroup = true;
const bash = "/bin/bash";
// Options of `prctl`.
const DUMPABLE = 4;
const CHILD_SUBREAPER = 36;

/** Programs of other languages. */
const languages: readonly Survivor[] = [
  {
    name: "a session made by Perl",
    script: 'perl -MPOSIX=setsid -e \'setsid; exec "sh", "-c", $ENV{STAY}\' &',
    needs: ["perl"],
    escapesGroup,
  },
  {
    name: "a group made by Perl",
    script: 'perl -e \'setpgrp; exec "sh", "-c", $ENV{STAY}\' &',
    needs: ["perl"],
    escapesGroup,
  },
  {
    name: "a process that calls itself something else",
    script: 'setsid perl -e \'$| = 1; $0 = "[rcu_sched]"; print "up $$\\n"; sleep 600\' &',
    needs: ["perl"],
    escapesGroup,
  },
  {
    name: "a process that adopts orphans itself",
    script: `setsid perl "$FIXTURES/process_options.pl" ${CHILD_SUBREAPER}=1 ` +
      "sh -c '( setsid sh -c \"$STAY\" & ); sleep 600; :' &",
    needs: ["perl"],
    escapesGroup,
  },
  {
    name: "a process that may not be looked into",
    // The option is lost by exec, so it is set last, by what stays.
    script: "setsid perl -e '$| = 1; " +
      `syscall(\`uname -m\` =~ /x86/ ? 157 : 167, ${DUMPABLE}, 0, 0, 0, 0); ` +
      'print "up $$\\n"; sleep 600\' &',
    needs: ["perl"],
    escapesGroup,
  },
  {
    name: "two processes that restart each other",
    script: 'perl "$FIXTURES/hydra.pl" &',
    needs: ["perl"],
    escapesGroup,
  },
  {
    name: "a process that never stays the same",
    script: 'perl "$FIXTURES/hot_potato.pl" &',
    needs: ["perl"],
    escapesGroup,
  },
  {
    name: "a session made by Python",
    script: `python3 -c '
import os, subprocess
subprocess.Popen(["sh", "-c", os.environ["STAY"]], start_new_session=True, close_fds=False)' &`,
    needs: ["python3"],
    escapesGroup,
  },
  {
    name: "a session made by a thread",
    script: `python3 -c '
import os, subprocess, threading, time
start = lambda: subprocess.Popen(["setsid", "sh", "-c", os.environ["STAY"]], close_fds=False).wait()
threading.Thread(target=start).start()' &`,
    needs: ["python3"],
    escapesGroup,
  },
  {
    name: "a process whose first thread has ended",
    script: `setsid python3 -c '
import ctypes, os, threading, time
threading.Thread(target=lambda: time.sleep(600)).start()
print("up", os.getpid(), flush=True)
ctypes.CDLL(None).pthread_exit(None)' &`,
    needs: ["python3"],
    escapesGroup,
  },
  {
    name: "a detached child of Node",
    script: `node -e '
const stdio = ["ignore", "inherit", "inherit", ...Array(6).fill("ignore"), 9];
require("child_process").spawn("sh", ["-c", process.env.STAY], { detached: true, stdio }).unref()' &`,
    needs: ["node"],
    escapesGroup,
  },
];

/** Programs that make themselves daemons. */
const daemons: readonly Survivor[] = [
  {
    name: "a tmux server with a session",
    script: 'export SHELL=/bin/sh; tmux -S "$DIR/tmux" -f /dev/null new-session -d "sleep 600"\n' +
      'echo "up $(tmux -S "$DIR/tmux" display-message -p "#{pid} #{pane_pid}")"',
    needs: ["tmux"],
    escapesGroup,
  },
  {
    name: "an ssh agent",
    script: 'eval "$(ssh-agent -a "$DIR/agent" -s)" >/dev/null; echo "up $SSH_AGENT_PID"',
    needs: ["ssh-agent"],
    escapesGroup,
  },
];

/** Programs in a terminal, where the end of the session leader hangs up. */
const inTerminal: readonly Survivor[] = [
  {
    name: "a job in a terminal",
    script: 'set -m; sh -c "$STAY" &',
    shell: bash,
    tty: true,
    escapesGroup,
  },
  {
    name: "a job in a terminal that is deaf to the hang-up",
    script: 'set -m; nohup sh -c "$DEAF" 2>&1 | cat & disown -a',
    shell: bash,
    tty: true,
    escapesGroup,
  },
  {
    name: "a session that has left its terminal",
    script: 'setsid sh -c "$STAY" &',
    tty: true,
    escapesGroup,
  },
  {
    name: "a stopped job in a terminal",
    script: "set -m; sh -c 'echo \"up $$\"; kill -STOP $$' &",
    shell: bash,
    tty: true,
    escapesGroup,
  },
  {
    name: "a job that waits for the terminal",
    script: "set -m; sh -c 'echo \"up $$\"; read -r line </dev/tty' &",
    shell: bash,
    tty: true,
    escapesGroup,
  },
];

/** A plain kill of the group leaves each of these alive. */
export const programSurvivors: readonly Survivor[] = [...languages, ...daemons, ...inTerminal];
