/** Machines on which bubblewrap cannot do its work, and what a refusal must say there. @module */

import { fromFileUrl } from "@std/path";

/** One way a machine can be crippled. */
export interface CrippledHost {
  /** Unique, in kebab case. */
  readonly id: string;
  /** What is the matter. */
  readonly what: string;
  /** Words before the server's command. `$DIR` is a scratch directory. */
  readonly through: readonly string[];
  /** Shell script that stands in for bubblewrap; `$REAL` is the true program, `$DIR` the scratch. */
  readonly standIn?: string;
  /** The refusal comes when the time for a trial is over. */
  readonly isSlow?: boolean;
  /** Only root can make such a machine. */
  readonly rootOnly?: boolean;
  /** The refusal names the blocker. */
  readonly blocker: RegExp;
  /** The refusal says what to do about it. */
  readonly remedy: RegExp;
}

const filter = fromFileUrl(new URL("filter.py", import.meta.url));

/** A mount namespace of one's own; a script that ends in `exec "$@"` prepares it. */
function mounted(script: string): readonly string[] {
  const words = ["--mount", "--propagation", "private", "/bin/sh", "-ec"];
  const user = Deno.build.os === "linux" && Deno.uid() !== 0 ? ["--map-root-user"] : [];
  return ["unshare", ...user, ...words, `${script}\nexec "$@"`, "sh"];
}

/** A user namespace of one's own, prepared by a script. */
function mapped(script: string): readonly string[] {
  return ["unshare", "-Ur", "/bin/sh", "-ec", `${script}\nexec "$@"`, "sh"];
}

/** Puts the stand-in where bubblewrap is. */
const standInPlace = mounted("mount --bind $DIR/bwrap /usr/bin/bwrap");

/** Answers questions about itself as the true one does, and everything else in another way. */
function answers(rest: string): string {
  return `case "$1" in --help|--version) exec "$REAL" "$1";; esac\n${rest}`;
}

/** All of them. The words are what `doctor` and the refusals are held to. */
export const crippledHosts: readonly CrippledHost[] = [
  {
    id: "no-bubblewrap",
    what: "bwrap is not installed",
    through: mounted(
      `mkdir -p $DIR/o; mount -t tmpfs o $DIR/o; mkdir $DIR/o/u $DIR/o/w
mount -t overlay o -o lowerdir=/usr/bin,upperdir=$DIR/o/u,workdir=$DIR/o/w /usr/bin; rm /usr/bin/bwrap`,
    ),
    blocker: /bubblewrap|bwrap/,
    remedy: /install/i,
  },
  {
    id: "bubblewrap-not-executable",
    what: "bwrap is there and cannot be executed",
    through: mounted("touch $DIR/empty; mount --bind $DIR/empty /usr/bin/bwrap"),
    blocker: /bubblewrap|bwrap/,
    remedy: /install/i,
  },
  {
    id: "user-namespaces-limited",
    what: "user.max_user_namespaces is 0",
    through: mapped("echo 0 > /proc/sys/user/max_user_namespaces"),
    blocker: /user namespaces?/i,
    remedy: /max_user_namespaces|sysctl/,
  },
  {
    id: "user-namespaces-disabled-by-nesting",
    what: "the server runs in a sandbox that disables further ones",
    through: ["bwrap", "--dev-bind", "/", "/", "--unshare-user", "--disable-userns", "--"],
    blocker: /user namespaces?/i,
    remedy: /max_user_namespaces|nest|outside|sysctl/i,
  },
  {
    id: "namespaces-refused-by-filter",
    what: "a container's seccomp filter refuses user namespaces",
    through: ["python3", filter, "namespaces"],
    blocker: /user namespaces?|new namespace/i,
    remedy: /seccomp|container/i,
  },
  {
    id: "filter-refused",
    what: "seccomp itself is refused",
    through: ["python3", filter, "seccomp"],
    blocker: /seccomp/i,
    remedy: /kernel|container|seccomp=|CONFIG_SECCOMP/i,
  },
  {
    id: "proc-masked",
    what: "parts of /proc are hidden, so that no new one may be mounted",
    through: mounted("mount -t tmpfs none /proc/fs"),
    blocker: /\/proc/,
    remedy: /mask|systempaths|container/i,
  },
  {
    id: "apparmor-denies-map",
    what: "AppArmor lets nobody map users",
    through: standInPlace,
    standIn: answers("echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1"),
    blocker: /AppArmor|uid map/i,
    remedy: /profile|apparmor_restrict_unprivileged_userns/i,
  },
  {
    id: "apparmor-denies-loopback",
    what: "AppArmor lets nobody set up a network",
    through: standInPlace,
    standIn: answers(
      "echo 'bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted' >&2; exit 1",
    ),
    blocker: /AppArmor|loopback/i,
    remedy: /profile|apparmor_restrict_unprivileged_userns/i,
  },
  {
    id: "root-may-not-map",
    what: "root lacks the capability to map users",
    rootOnly: true,
    through: ["setpriv", "--bounding-set=-setfcap", "--inh-caps=-setfcap", "--"],
    blocker: /uid map|CAP_SETFCAP|capabilit/i,
    remedy: /CAP_SETFCAP|user|container/i,
  },
  {
    id: "bubblewrap-hangs",
    isSlow: true,
    what: "bwrap never answers when it is tried",
    through: standInPlace,
    standIn: answers("exec sleep 60"),
    blocker: /did not|time|answer|hang/i,
    remedy: /bwrap|bubblewrap/,
  },
  {
    id: "bubblewrap-hangs-at-once",
    isSlow: true,
    what: "bwrap does not even tell its options",
    through: standInPlace,
    standIn: "exec sleep 60",
    blocker: /did not|time|answer|hang/i,
    remedy: /bwrap|bubblewrap/,
  },
  {
    id: "bubblewrap-too-old",
    what: "bwrap lacks options that are needed",
    through: standInPlace,
    standIn:
      `case "$1" in --version) echo 'bubblewrap 0.1.8'; exit;; --help) echo 'usage: bwrap'; exit;; esac
echo "bwrap: Unknown option $1" >&2; exit 1`,
    blocker: /old|version|option|0\.1\.8/i,
    remedy: /install|upgrade|update|newer|0\.\d/i,
  },
  {
    id: "bubblewrap-says-nonsense",
    what: "bwrap succeeds at everything and does nothing",
    through: standInPlace,
    standIn: "echo hello; exit 0",
    blocker: /bwrap|bubblewrap/,
    remedy: /install|upgrade|update|newer|version/i,
  },
  {
    id: "bubblewrap-runs-unconfined",
    what: "bwrap runs the command without doing its work",
    through: standInPlace,
    standIn: answers(`while [ $# -gt 0 ] && [ "$1" != -- ]; do shift; done; shift; exec "$@"`),
    blocker: /bwrap|bubblewrap/,
    remedy: /install|bwrap|bubblewrap/i,
  },
  {
    id: "bubblewrap-crashes",
    what: "bwrap ends by a signal",
    through: standInPlace,
    standIn: answers("kill -SEGV $$"),
    blocker: /bwrap|bubblewrap/,
    remedy: /install|bwrap|bubblewrap/i,
  },
  {
    id: "bubblewrap-in-workspace",
    what: "the only bwrap is one that the policy lets commands change",
    through: [
      ...mounted(
        `mkdir -p $DIR/o $DIR/ws/bin; cp $DIR/bwrap $DIR/ws/bin/bwrap; mount -t tmpfs o $DIR/o; mkdir $DIR/o/u $DIR/o/w
mount -t overlay o -o lowerdir=/usr/bin,upperdir=$DIR/o/u,workdir=$DIR/o/w /usr/bin; rm /usr/bin/bwrap
export PATH=$DIR/ws/bin:$PATH`,
      ),
    ],
    standIn: `exec "$REAL" "$@"`,
    blocker: /writ|workspace|bwrap|bubblewrap/i,
    remedy: /install|outside|move/i,
  },
];
