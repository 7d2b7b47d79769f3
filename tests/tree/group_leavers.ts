/** Survivors that leave the process group they were started in, by means of a shell. @module */
import type { Survivor } from "./survivor.ts";

const escapesGroup = true;
const bash = "/bin/bash";

/** A plain kill of the group leaves each of these alive. */
export const groupLeavers: readonly Survivor[] = [
  { name: "a session of its own", script: 'setsid sh -c "$STAY" &', escapesGroup },
  { name: "setsid --fork", script: 'setsid --fork sh -c "$STAY"', escapesGroup },
  { name: "a deaf session leader", script: 'setsid sh -c "$DEAF" &', escapesGroup },
  { name: "a double fork with setsid", script: '( setsid sh -c "$STAY" & )', escapesGroup },
  {
    name: "a chain of ten sessions",
    script: `cat >"$DIR/chain" <<'END'
if [ "$1" -gt 0 ]; then setsid sh "$DIR/chain" $(($1 - 1)) & wait; else sh -c "$STAY"; fi
END
setsid sh "$DIR/chain" 10 &`,
    escapesGroup,
  },
  {
    name: "a daemon: setsid, two forks, chdir /, no standard streams",
    script:
      "( setsid sh -c '( cd /; umask 0; sh -c \"echo up \\$\\$; exec sleep 600 <&- >&- 2>&-\" & )' & )",
    escapesGroup,
  },
  {
    name: "a daemon that closes every descriptor",
    script: "setsid sh -c 'echo \"up $$\"; exec sleep 600 <&- >&- 2>&- 9>&-' &",
    escapesGroup,
  },
  {
    name: "a session without environment",
    script: 'env -i /usr/bin/setsid /bin/sh -c "$STAY" &',
    escapesGroup,
  },
  { name: "nohup and setsid", script: 'nohup setsid nohup sh -c "$STAY" &', escapesGroup },
  { name: "a job in its own group", script: 'set -m; sh -c "$STAY" &', shell: bash, escapesGroup },
  {
    name: "a disowned job",
    script: 'set -m; sh -c "$DEAF" & disown -a; set +m',
    shell: bash,
    escapesGroup,
  },
  {
    name: "a stopped job in its own group",
    script: "set -m; sh -c 'echo \"up $$\"; kill -STOP $$' &",
    shell: bash,
    escapesGroup,
  },
  {
    name: "an orphaned group",
    script: "bash -c 'set -m; sh -c \"$STAY\" & disown -a'",
    shell: bash,
    escapesGroup,
  },
  {
    name: "a stopped session leader",
    script: "setsid sh -c 'echo \"up $$\"; kill -STOP $$' &",
    escapesGroup,
  },
  { name: "a child under timeout", script: 'timeout 600 sh -c "$DEAF" &', escapesGroup },
  {
    name: "a sleeper that wakes all the time",
    script: "setsid sh -c 'echo \"up $$\"; while :; do sleep 0.01; done' &",
    escapesGroup,
  },
  {
    name: "a session behind xargs",
    script: 'echo 1 | xargs -P 1 setsid sh -c "$STAY" &',
    needs: ["xargs"],
    escapesGroup,
  },
  {
    name: "a session under script",
    script: "script -qfc 'sh -c \"$DEAF\"' /dev/null &",
    needs: ["script"],
    escapesGroup,
  },
  {
    name: "a session that has cleared its death signal",
    script: 'setsid setpriv --pdeathsig clear sh -c "$STAY" &',
    needs: ["setpriv"],
    escapesGroup,
  },
  {
    name: "a session of another user",
    script: 'setsid setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "$STAY" &',
    needs: ["setpriv"],
    needsRoot: true,
    escapesGroup,
  },
  {
    name: "a namespace of process ids",
    script: "setsid sh -c 'id=$$; exec unshare --pid --fork sh -c \"echo up $id; sleep 600; :\"' &",
    needs: ["unshare"],
    needsRoot: true,
    escapesGroup,
  },
  {
    name: "a namespace of process ids with its own /proc",
    script: "setsid sh -c 'id=$$; exec unshare --pid --fork --mount-proc --kill-child " +
      'sh -c "echo up $id; sleep 600; :"\' &',
    needs: ["unshare"],
    needsRoot: true,
    escapesGroup,
  },
  {
    name: "a session in a changed root",
    script: 'setsid /usr/sbin/chroot / sh -c "$STAY" &',
    needsRoot: true,
    escapesGroup,
  },
  {
    name: "a session that changes its limits",
    script: 'setsid prlimit --nofile=64:64 --core=0:0 --cpu=1000 --as=unlimited sh -c "$STAY" &',
    needs: ["prlimit"],
    escapesGroup,
  },
  {
    name: "a session that holds the output of a program that has ended",
    script: 'setsid sh -c "$STAY" &',
    leaderEnds: true,
    escapesGroup,
  },
  {
    name: "many sessions at once",
    script: 'for n in 1 2 3 4 5 6 7 8 9 10; do setsid sh -c "$DEAF" & done',
    escapesGroup,
  },
];
