/** Attempts that one command prepares and the next one carries out. @module */

import { type Attempt, attempts, shell, type Step } from "./attempt.ts";
import { python } from "./python.ts";

const sh = String.raw;

/** Code that tells on the host that it ran, when it runs outside the sandbox. */
const library = sh`cat > l.c <<'END'
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void run(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/preloaded", getenv("OUT") ? getenv("OUT") : "OUTDIR");
  open(path, O_CREAT | O_WRONLY, 0600);
}
unsigned la_version(unsigned v) { return v; }
END
sed -i "s|OUTDIR|$OUT|" l.c && gcc -shared -fPIC -o l.so l.c && cp l.so libcap.so.2 && cp l.so libselinux.so.1`;

/** Programs that a launcher might look up by name. */
const fakes =
  sh`mkdir -p bin; for n in bwrap sh env bash setpriv prlimit git rg find systemd-run id cat true newuidmap; do
printf '#!/bin/sh\n: > %s/faked 2>/dev/null\nexit 1\n' $OUT > bin/$n; chmod 755 bin/$n; done`;

/** Swaps a directory and a link to a place outside, until it is ended. */
function swapper(of: string, target: string): Step {
  return python(
    `os.makedirs("${of}", exist_ok=True); os.symlink(${target}, "other")
print("ready", flush=True); end = time.time() + 20
while time.time() < end: l.renameat2(-100, b"${of}", -100, b"other", 2)`,
    { background: true },
  );
}

/** By what the workspace holds when the next command starts. */
export const nextCommand: readonly Attempt[] = attempts("next command", [
  {
    id: "missing-root-becomes-link",
    what: "a missing writable root becomes a link to a place outside",
    run: [
      shell(sh`ln -s $OUT late && echo made`),
      shell("echo x > late/e71", { policy: "MISSROOT" }),
    ],
  },
  {
    id: "missing-root-becomes-link-by-itself",
    what: "the same under the same policy",
    policy: "MISSROOT",
    run: [shell(sh`rm -rf late; ln -s $OUT late && echo made`), shell("echo x > late/e71")],
  },
  {
    id: "root-replaced-by-link",
    what: "a writable root replaced by a link",
    policy: "SUBROOT",
    run: [shell(sh`rm -rf src && ln -s $OUT src && echo made`), shell("echo x > src/e71")],
  },
  {
    id: "root-replaced-under-other-policy",
    what: "a writable root replaced by a link under a policy that does not know it",
    run: [
      shell(sh`rm -rf src && ln -s $OUT src && echo made`),
      shell("echo x > src/e71", { policy: "SUBROOT" }),
    ],
  },
  {
    id: "root-below-link",
    what: "a writable root whose parent becomes a link",
    run: [
      shell(sh`ln -s $OUT evil && echo made`),
      shell("mkdir -p evil/new; echo x > evil/new/e", { policy: "EVILWRITE" }),
    ],
  },
  ...(["EVILREAD", "EVILDENY", "EVILWRITE"] as const).map((policy) => ({
    id: `mount-point-in-old-root-${policy.slice(4).toLowerCase()}`,
    what: "a mount point made through a link into the launcher's own root",
    control: { never: "needs a launcher" },
    run: [
      shell(sh`ln -s /oldroot$OUT evil && echo made`),
      shell("true", { policy }),
      shell(sh`rm evil; ln -s ../../../../oldroot$OUT evil && echo made`),
      shell("true", { policy }),
      shell(sh`rm evil; ln -s /newroot$OUT evil; ln -s $OUT/d evil2 && echo made`),
      shell("true", { policy }),
    ],
  })),
  {
    id: "temporary-directory-becomes-link",
    what: "the temporary directory becomes a link",
    policy: "TMPDIR",
    run: [
      shell(sh`rm -rf tdir; ln -s $OUT tdir && echo made`, { env: { TMPDIR: "$WS/tdir" } }),
      shell(sh`echo x > $TMPDIR/e73`, { env: { TMPDIR: "$WS/tdir" } }),
    ],
  },
  {
    id: "temporary-directory-link-from-other-policy",
    what: "the same, planted under a policy that does not know it",
    run: [
      shell(sh`rm -rf tdir; ln -s $OUT tdir && echo made`),
      shell(sh`echo x > $TMPDIR/e73`, { env: { TMPDIR: "$WS/tdir" }, policy: "TMPDIR" }),
    ],
  },
  ...["/", "//", "/.", "$BASE", "$BASE/", "$WS/..", "/proc/self/root", "/etc/.."].map((
    place,
    index,
  ) => ({
    id: `temporary-directory-is-everything-${index + 1}`,
    what: `a temporary directory of ${place}`,
    policy: "TMPDIR" as const,
    run: shell(sh`echo x > $OUT/e121; echo x > $HOME/e121`, { env: { TMPDIR: place } }),
  })),
  {
    id: "temporary-directory-relative",
    what: "a relative temporary directory",
    policy: "TMPDIR",
    run: shell(sh`echo x > $OUT/e121`, { env: { TMPDIR: "../outside" } }),
  },
  {
    id: "temporary-directory-is-protected",
    what: "a temporary directory inside .git",
    policy: "TMPDIR",
    run: shell("echo x > .git/hooks/e121", { env: { TMPDIR: "$WS/.git/hooks" } }),
  },
  {
    id: "link-in-machine-temporary-directory",
    what: "a link in /tmp, followed by the next command",
    policy: "TMP",
    run: [
      shell(sh`ln -s $OUT /tmp/$LITTER && echo made`),
      shell(sh`echo x > /tmp/$LITTER/e; touch /tmp/$LITTER/f`),
    ],
  },
  {
    id: "parent-of-denied-moved",
    what: "the parent of a denied file moved; the next command reads it",
    policy: "DENWS",
    run: [
      shell("mv den den-moved; true"),
      shell("grep TOP den-moved/sub/secret.env && echo ESCAPED; mv den-moved den"),
    ],
  },
  {
    id: "parent-of-denied-by-pattern-moved",
    what: "the same with a pattern",
    policy: "DENGLOB",
    run: [
      shell("mv den den-moved; mv den/sub den/sub2; true"),
      shell("grep -r TOP den-moved den && echo ESCAPED"),
    ],
  },
  {
    id: "denied-replaced-by-link",
    what: "the parent of a denied file replaced by a link to what it was",
    run: [
      shell("mv den real; ln -s real den && echo made"),
      shell("grep TOP real/sub/secret.env && echo ESCAPED", { policy: "DENWS" }),
    ],
  },
  {
    id: "git-becomes-link",
    what: "a workspace whose .git is a link to a place outside",
    run: [
      shell(sh`mkdir fresh; ln -s $OUT/gitdir fresh/.git && echo made`),
      shell("echo x > .git/config; mkdir .git/hooks", { policy: "GITFRESH" }),
    ],
  },
  {
    id: "git-pointer-to-outside",
    what: "a workspace whose .git file points outside",
    run: [
      shell(sh`mkdir fresh; echo "gitdir: $OUT/gitdir" > fresh/.git && echo made`),
      shell(sh`echo x > $OUT/gitdir/config; : > $OUT/gitdir/new`, { policy: "GITFRESH" }),
    ],
  },
  {
    id: "worktree-pointer-forged",
    what: "a worktree whose common directory points outside",
    run: [
      shell(sh`mkdir -p fresh forged/worktrees/w; echo "gitdir: $WS/forged/worktrees/w" > fresh/.git
echo "$OUT/gitdir" > forged/worktrees/w/commondir; echo "$WS/fresh/.git" > forged/worktrees/w/gitdir
echo "ref: refs/heads/x" > forged/worktrees/w/HEAD; echo made`),
      shell(sh`echo x > $OUT/gitdir/config; : > $OUT/gitdir/new`, { policy: "GITFRESH" }),
    ],
  },
  {
    id: "worktree-pointer-relative",
    what: "a .git file that points outside by a relative path",
    run: [
      shell("mkdir fresh; echo 'gitdir: ../../outside/gitdir' > fresh/.git && echo made"),
      shell(sh`echo x > $OUT/gitdir/config; : > $OUT/gitdir/new`, { policy: "GITFRESH" }),
    ],
  },
  {
    id: "placeholder-replaced-under-other-policy",
    what: "a placeholder replaced by a link while it is in use",
    run: [
      shell("mkdir fresh && echo made"),
      shell("echo ready; sleep 5", { policy: "FRESH", background: true }),
      shell(sh`rmdir fresh/.git; ln -s $OUT/gitdir fresh/.git && echo made`),
      shell("echo x > .git/config; : > .git/new", { policy: "FRESH" }),
    ],
  },
  {
    id: "submodule-without-head",
    what: "a submodule's hook, once its repository has lost its HEAD",
    run: [
      shell("git init -q fresh; git init -q --bare fresh/.git/modules/sub && echo made"),
      shell("mv .git/modules/sub/HEAD .git/modules/sub/h && echo made", { policy: "GITFRESH" }),
      shell(
        sh`: > .git/modules/sub/hooks/post-checkout && echo ESCAPED
git config -f .git/modules/sub/config core.fsmonitor true && echo ESCAPED`,
        { policy: "GITFRESH" },
      ),
    ],
  },
  {
    id: "submodule-with-deep-name",
    what: "a hook of a submodule whose name has many parts",
    run: [
      shell("git init -q fresh; git init -q --bare fresh/.git/modules/a/b/c/d/sub && echo made"),
      shell(": > .git/modules/a/b/c/d/sub/hooks/x && echo ESCAPED", { policy: "GITFRESH" }),
    ],
  },
  {
    id: "submodules-closed",
    what: "a submodule's hook, once the directory of submodules cannot be listed",
    run: [
      shell("git init -q fresh; git init -q --bare fresh/.git/modules/sub && echo made"),
      shell("chmod 311 .git/modules && echo made", { policy: "GITFRESH" }),
      shell(": > .git/modules/sub/hooks/x && echo ESCAPED", { policy: "GITFRESH" }),
    ],
  },
  {
    id: "bare-repository-without-head",
    what: "a hook of a bare repository that has lost its HEAD",
    run: [
      shell("git init -q --bare srv && echo made"),
      shell("mv srv/HEAD srv/h; mv srv/refs srv/r; mv srv/objects srv/o; echo made"),
      shell(sh`: > srv/hooks/post-receive && echo ESCAPED; echo x >> srv/config && echo ESCAPED`),
    ],
  },
  {
    id: "nested-repository-among-many",
    what: "a hook of a repository among many empty directories",
    run: [
      shell(sh`i=0; while [ $i -lt 600 ]; do mkdir .a$i; i=$((i+1)); done; echo made`),
      shell(
        sh`: > nested/.git/hooks/post-commit && echo ESCAPED; mv nested/.git g && echo ESCAPED`,
      ),
    ],
  },
  {
    id: "nested-repository-behind-a-forged-one",
    what: "a hook of a repository in what looks like a bare one",
    run: [
      shell("mkdir nested/objects nested/refs; echo 'ref: refs/heads/x' > nested/HEAD; echo made"),
      shell(sh`: > nested/.git/hooks/post-commit && echo ESCAPED`),
    ],
  },
  {
    id: "nested-link-replaced",
    what: "a nested .git that is a link, replaced by a repository",
    run: [
      shell("mkdir linked; ln -s ../nested/.git linked/.git && echo made"),
      shell("rm linked/.git && git init -q linked && echo ESCAPED"),
    ],
  },
  {
    id: "bare-repository-at-the-top",
    what: "a workspace without a repository that becomes a bare one",
    policy: "WWNOGIT",
    run: shell(sh`git init -q --bare .; mkdir -p refs objects; echo "ref: refs/heads/x" > HEAD
: > commondir && echo ESCAPED; : > refs/x && echo ESCAPED`),
  },
  ...["LD_PRELOAD", "LD_AUDIT"].map((variable) => ({
    id: `library-by-${variable.toLowerCase().replace("_", "-")}`,
    what: `a library of the workspace in ${variable} of the next command`,
    needs: ["gcc"],
    run: [shell(library), shell("true", { env: { [variable]: "$WS/l.so" } })],
  })),
  {
    id: "library-by-search-path",
    what: "libraries of the workspace first in LD_LIBRARY_PATH",
    needs: ["gcc"],
    control: { never: "works on a launcher that needs such a library" },
    run: [shell(library), shell("true", { env: { LD_LIBRARY_PATH: "$WS" } })],
  },
  {
    id: "script-by-shell-variables",
    what: "a script of the workspace in BASH_ENV and ENV",
    control: { never: "works on a launcher that runs a shell" },
    run: [
      shell(sh`echo ": > $OUT/sourced" > rc && echo made`),
      shell("true", { env: { BASH_ENV: "$WS/rc", ENV: "$WS/rc" } }),
      shell("true", { env: { BASH_ENV: "$WS/rc", ENV: "$WS/rc" }, tty: true }),
    ],
  },
  {
    id: "fake-launcher-first-in-path",
    what: "programs of the workspace first in PATH",
    control: { never: "works on a launcher that looks its helpers up" },
    run: [
      shell(fakes),
      shell("true", { env: { PATH: "$WS/bin:/usr/bin:/bin" } }),
      shell("true", { env: { PATH: "bin:.:/usr/bin:/bin" } }),
      shell("true", { env: { PATH: "$WS/bin" }, policy: "SUBROOT" }),
      shell("true", { env: { PATH: ":/usr/bin" }, cwd: "$WS/bin" }),
    ],
  },
  {
    id: "fake-python-start",
    what: "modules of the workspace in the variables of interpreters",
    control: { never: "works on a launcher that runs an interpreter" },
    run: [
      shell(
        sh`echo "open('$OUT/imported', 'w')" > sitecustomize.py; echo "require('fs').writeFileSync('$OUT/required','')" > r.js`,
      ),
      shell("true", {
        env: {
          PYTHONPATH: "$WS",
          NODE_OPTIONS: "--require $WS/r.js",
          PERL5OPT: "-I$WS -Msitecustomize",
          DENO_DIR: "$WS/deno",
        },
      }),
    ],
  },
  {
    id: "git-configuration-in-environment",
    what: "a repository's programs run while the workspace is looked at",
    control: { never: "works on a launcher that runs git" },
    run: [
      shell(
        sh`mkdir fresh; git init -q fresh; git -C fresh config core.fsmonitor "sh -c ': > $OUT/monitored'" && echo made`,
      ),
      shell("true", { policy: "GITFRESH" }),
      shell("true", { policy: "FRESH" }),
    ],
  },
]);

/** By changing what is looked at between the look and the use; a bounded number of tries. */
export const races: readonly Attempt[] = attempts("races", [
  {
    id: "swap-writable-root",
    what: "a writable root swapped with a link while commands start",
    control: "chance",
    run: [
      swapper("src", "OUT"),
      shell("echo x > src/e; echo x > src/f", { policy: "SUBROOT", times: 10 }),
    ],
  },
  {
    id: "swap-parent-of-read-only",
    what: "the parent of a read-only place swapped while commands start",
    control: { never: "needs a launcher" },
    run: [
      swapper("evil", `"/oldroot" + OUT`),
      shell("true", { policy: "EVILREAD", times: 5 }),
      shell("true", { policy: "EVILDENY", times: 5 }),
    ],
  },
  {
    id: "swap-temporary-directory",
    what: "the temporary directory swapped while commands start",
    control: "chance",
    run: [
      swapper("tdir", "OUT"),
      shell(sh`echo x > $TMPDIR/e`, {
        policy: "TMPDIR",
        env: { TMPDIR: "$WS/tdir" },
        times: 10,
      }),
    ],
  },
  {
    id: "swap-denied",
    what: "the parent of a denied file swapped while commands start",
    control: "chance",
    run: [
      python(
        `os.makedirs("den2/sub", exist_ok=True); open("den2/sub/secret.env", "w").close()
print("ready", flush=True); end = time.time() + 20
while time.time() < end: l.renameat2(-100, b"den", -100, b"den2", 2)`,
        { background: true, policy: "DENWS" },
      ),
      shell("cat den/sub/secret.env den2/sub/secret.env | grep TOP && echo ESCAPED", {
        policy: "DENWS",
        times: 10,
      }),
    ],
  },
]);
