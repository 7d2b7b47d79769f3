/** Survivors that stay in the process group they were started in. @module */
import type { Survivor } from "./survivor.ts";

const escapesGroup = false;
const bash = "/bin/bash";

/** A plain kill of the group ends each of these. */
export const groupMembers: readonly Survivor[] = [
  { name: "a background child", script: 'sh -c "$STAY" &', escapesGroup },
  { name: "a child that is deaf to signals", script: 'sh -c "$DEAF" &', escapesGroup },
  { name: "a deaf leader", script: "trap '' HUP INT TERM\necho \"up $$\"", escapesGroup },
  { name: "a child under nohup", script: 'nohup sh -c "$STAY" &', escapesGroup },
  { name: "a double fork", script: '( sh -c "$STAY" & )', escapesGroup },
  {
    name: "a background child of a background child",
    script: '( ( sh -c "$STAY" & wait ) & wait ) &',
    escapesGroup,
  },
  {
    name: "a chain of subshells",
    script: '( ( ( ( ( ( ( ( sh -c "$STAY"; :); :); :); :); :); :); :); :) &',
    escapesGroup,
  },
  {
    name: "a chain of 30 forks",
    script:
      'chain() { if [ "$1" -gt 0 ]; then ( chain $(($1 - 1)); : ); else sh -c "$STAY"; fi; }\n' +
      "chain 30 &",
    escapesGroup,
  },
  { name: "a stopped child", script: "sh -c 'echo \"up $$\"; kill -STOP $$' &", escapesGroup },
  { name: "a stopped leader", script: 'echo "up $$"; kill -STOP $$', escapesGroup },
  { name: "a pipeline", script: 'sh -c "$STAY" | cat | cat &', escapesGroup },
  {
    name: "a coprocess",
    script: 'exec 3>&1; coproc { exec >&3; sh -c "$STAY"; }',
    shell: bash,
    escapesGroup,
  },
  { name: "a process substitution", script: 'cat <(sh -c "$DEAF") &', shell: bash, escapesGroup },
  {
    name: "the children of xargs -P",
    script: "printf '1\\n2\\n' | xargs -P 2 -n 1 sh -c \"$STAY\" &",
    needs: ["xargs"],
    escapesGroup,
  },
  {
    name: "the children of make -j",
    script: 'printf \'all: a b\\na b:\\n\\t@sh -c "$$STAY"\\n\' >"$DIR/Makefile"\n' +
      'make -s -j 2 -f "$DIR/Makefile" all &',
    needs: ["make"],
    escapesGroup,
  },
  {
    name: "a child under flock",
    script: 'flock "$DIR/lock" sh -c "$STAY" &',
    needs: ["flock"],
    escapesGroup,
  },
  {
    name: "a child under timeout --foreground",
    script: 'timeout --foreground 600 sh -c "$DEAF" &',
    escapesGroup,
  },
  { name: "a nice child", script: 'nice -n 19 sh -c "$STAY" &', escapesGroup },
  {
    name: "a child of idle priority",
    script: 'chrt --idle 0 ionice -c 3 sh -c "$STAY" &',
    needs: ["chrt", "ionice"],
    escapesGroup,
  },
  {
    name: "a child that changes its limits",
    script: 'prlimit --nofile=64:64 --core=0:0 --stack=1048576 --memlock=0 sh -c "$STAY" &',
    needs: ["prlimit"],
    escapesGroup,
  },
  { name: "a child without environment", script: 'env -i /bin/sh -c "$STAY" &', escapesGroup },
  {
    name: "a child under another name",
    script: '( echo "up $BASHPID"; exec -a "[kworker/0:1]" sleep 600 ) &',
    shell: bash,
    escapesGroup,
  },
  {
    name: "a program whose file is deleted",
    script: 'cp -L /bin/sh "$DIR/deleted"; "$DIR/deleted" -c "rm $DIR/deleted; $LOOP" &',
    escapesGroup,
  },
  {
    name: "a program that never was a file",
    script: `python3 -c '
import os
f = os.memfd_create("x")
os.write(f, open("/bin/sleep", "rb").read())
print("up", os.getpid(), flush=True)
os.execve(f, ["sleep", "600"], os.environ)' &`,
    needs: ["python3"],
    escapesGroup,
  },
  {
    name: "a reader of a pipe that nobody writes",
    script: 'mkfifo "$DIR/pipe"; sh -c \'echo "up $$"; read -r line <"$DIR/pipe"\' &',
    escapesGroup,
  },
  {
    name: "a child that starts a new one whenever one dies",
    script: "sh -c \"trap '' HUP INT TERM; $LOOP\" &",
    escapesGroup,
  },
  {
    name: "a child that forks on SIGCHLD",
    script:
      'bash -c \'trap "sleep 600 &" CHLD; sleep 0 & wait $!; echo "up $$"; while :; do wait; done\' &',
    shell: bash,
    escapesGroup,
  },
  {
    name: "a background child whose parent has ended",
    script: 'sh -c "$STAY" &',
    leaderEnds: true,
    escapesGroup,
  },
];
