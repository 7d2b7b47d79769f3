/** Attempts to change what steers tools outside the sandbox: repositories, agents' settings. @module */

import { type Attempt, attempts } from "./attempt.ts";
import { python } from "./python.ts";

const sh = String.raw;

/** In the workspace, where everything else may be written. */
export const metadata: readonly Attempt[] = attempts("metadata", [
  {
    id: "git-config-write",
    what: ".git/config",
    run: sh`echo '[core]' >> .git/config && echo ESCAPED`,
  },
  {
    id: "git-hook-write",
    what: "a hook",
    run: sh`printf '#!/bin/sh\n' > .git/hooks/pre-commit && echo ESCAPED`,
  },
  {
    id: "git-hook-new",
    what: "a new hook",
    run: sh`: > .git/hooks/post-checkout && echo ESCAPED`,
  },
  {
    id: "git-rename-and-replace",
    what: ".git moved away and made anew",
    run: sh`mv .git g2 && mkdir .git && echo ESCAPED`,
  },
  {
    id: "git-remove",
    what: "rm -rf .git",
    run: sh`rm -rf .git 2>/dev/null; [ -e .git/HEAD ] || echo ESCAPED`,
  },
  {
    id: "git-replace-by-link",
    what: ".git replaced by a link",
    run: sh`mv .git g3; ln -sfn $OUT/gitdir .git && [ -L .git ] && echo ESCAPED`,
  },
  {
    id: "git-exchange",
    what: ".git exchanged with a directory (RENAME_EXCHANGE)",
    run: python(
      `os.mkdir("fake")
r = l.renameat2(-100, b".git", -100, b"fake", 2)
esc() if r == 0 else no(name(ctypes.get_errno()))`,
    ),
  },
  {
    id: "git-remove-by-descriptor",
    what: "unlinkat below a descriptor of .git",
    run: python(
      `fd = os.open(".git", os.O_RDONLY)
attempt(lambda: (os.unlink("HEAD", dir_fd=fd), esc()))`,
    ),
  },
  {
    id: "git-hard-link-config",
    what: "a hard link to .git/config, written",
    run: sh`ln .git/config c && echo x >> c && echo ESCAPED`,
  },
  {
    id: "git-unmount",
    what: "umount .git",
    control: { never: "nothing is mounted there without a sandbox" },
    run: sh`umount -l .git 2>/dev/null || umount .git; echo x > .git/escape && echo ESCAPED`,
  },
  {
    id: "agents-write",
    what: ".agents",
    run: sh`echo x > .agents/new && echo ESCAPED`,
  },
  {
    id: "codex-config-write",
    what: ".codex",
    run: sh`echo x > .codex/config.toml && echo ESCAPED`,
  },
  {
    id: "codex-replace",
    what: ".codex replaced",
    run: sh`mv .codex c && mkdir .codex && echo x > .codex/config.toml && echo ESCAPED`,
  },
  {
    id: "aws-write",
    what: ".aws",
    run: sh`echo x >> .aws/credentials && echo ESCAPED`,
  },
  {
    id: "git-create-where-missing",
    what: ".git made where there was none",
    policy: "WWNOGIT",
    run: sh`mkdir .git 2>/dev/null; echo x > .git/HEAD && echo ESCAPED
git init -q . 2>/dev/null && echo ESCAPED`,
  },
  {
    id: "git-link-where-missing",
    what: ".git linked where there was none",
    policy: "WWNOGIT",
    run: sh`rm -rf .git; rmdir .git; ln -s $OUT/gitdir .git && [ -L .git ] && echo ESCAPED`,
  },
  {
    id: "git-pointer-where-missing",
    what: "a .git file where there was none",
    policy: "WWNOGIT",
    run: sh`rm -rf .git; echo "gitdir: $OUT/gitdir" > .git && echo ESCAPED`,
  },
  {
    id: "codex-create-where-missing",
    what: ".codex made where there was none",
    policy: "WWNOGIT",
    run: sh`mkdir -p .codex && echo x > .codex/config.toml && echo ESCAPED`,
  },
  {
    id: "placeholder-moved",
    what: "the placeholder of a missing name moved and replaced",
    policy: "WWNOGIT",
    run: sh`for n in .git .agents .codex .aws; do
  mv $n x$n 2>/dev/null; rmdir $n 2>/dev/null
  mkdir $n 2>/dev/null; : > $n/file && echo ESCAPED $n
done`,
  },
  {
    id: "git-other-case",
    what: "the same directory in capital letters",
    control: { never: "works on file systems that ignore case only" },
    run: sh`mkdir -p .GIT 2>/dev/null && [ .GIT -ef .git ] && echo x > .GIT/config && echo ESCAPED`,
  },
  {
    id: "nested-repository-hook",
    what: "a hook of a repository below",
    run: sh`printf '#!/bin/sh\n' > nested/.git/hooks/post-commit && echo ESCAPED`,
  },
  {
    id: "nested-repository-config",
    what: "the configuration of a repository below",
    run: sh`git -C nested config core.fsmonitor true && echo ESCAPED`,
  },
  {
    id: "nested-repository-moved",
    what: "a repository below moved, its hooks replaced",
    run: sh`mv nested n2 && mkdir -p nested/.git/hooks && : > nested/.git/hooks/pre-commit &&
echo ESCAPED`,
  },
  {
    id: "new-repository-below",
    what: "git init in a new directory below",
    run: sh`mkdir -p newsub && git init -q newsub && echo ESCAPED`,
  },
  {
    id: "granted-git-hook",
    what: "a hook where .git may be written",
    policy: "GIT",
    run: sh`: > .git/hooks/post-commit && echo ESCAPED; : > .git/hooks/pre-commit && echo ESCAPED`,
  },
  {
    id: "granted-git-config",
    what: "the configuration where .git may be written",
    policy: "GIT",
    run: sh`git config core.fsmonitor true && echo ESCAPED; echo x >> .git/config && echo ESCAPED`,
  },
  {
    id: "granted-git-hooks-replaced",
    what: "the hooks directory replaced where .git may be written",
    policy: "GIT",
    run: sh`mv .git/hooks .git/h && mkdir .git/hooks && echo ESCAPED
rm -rf .git/hooks; [ -e .git/hooks/pre-commit ] || echo ESCAPED`,
  },
  {
    id: "granted-git-config-replaced",
    what: "the configuration replaced by rename where .git may be written",
    policy: "GIT",
    run:
      sh`: > n && mv -f n .git/config && echo ESCAPED; ln -sf $OUT/f .git/config && echo ESCAPED`,
  },
  {
    id: "granted-git-moved",
    what: "a granted .git moved away with its protected parts",
    policy: "GIT",
    run: sh`mv .git g && mkdir -p .git/hooks && : > .git/hooks/post-commit && echo ESCAPED`,
  },
  {
    id: "granted-git-worktree-config",
    what: "config.worktree and info/attributes do not run programs by themselves; common dir does",
    policy: "GIT",
    run: sh`echo "$OUT/gitdir" > .git/commondir && echo ESCAPED`,
  },
]);
