/** Attempts to read what a policy denies. @module */

import { type Attempt, attempts } from "./attempt.ts";
import { python } from "./python.ts";

const sh = String.raw;

/** By every name that leads there. */
export const reading: readonly Attempt[] = attempts("reading", [
  {
    id: "read-denied",
    what: "a denied directory",
    policy: "DEN",
    run: sh`grep TOP $SEC/key && echo ESCAPED`,
  },
  {
    id: "read-denied-by-link",
    what: "by a link",
    policy: "DEN",
    run: sh`ln -sfn $SEC/key ls1; grep TOP ls1 && echo ESCAPED`,
  },
  {
    id: "read-denied-by-hard-link",
    what: "by a hard link",
    policy: "DEN",
    run: sh`ln $SEC/key h && grep TOP h && echo ESCAPED`,
  },
  {
    id: "read-denied-by-proc-root",
    what: "by /proc/self/root",
    policy: "DEN",
    run: sh`grep TOP /proc/self/root$SEC/key && echo ESCAPED`,
  },
  {
    id: "read-denied-by-first-process",
    what: "by the root of the first process",
    policy: "DEN",
    run:
      sh`P=1; [ -e /proc/$HPID/cmdline ] && P=$HPID; grep TOP /proc/$P/root$SEC/key && echo ESCAPED`,
  },
  {
    id: "read-denied-by-mount",
    what: "by a bind mount and umount in a user namespace",
    policy: "DEN",
    run: sh`unshare -Urm sh -c 'mkdir -p bb; mount --rbind $BASE bb
umount bb/secret; grep TOP bb/secret/key && echo ESCAPED'`,
  },
  {
    id: "read-denied-by-plain-mount",
    what: "by a mount that leaves out what lies on top",
    policy: "DEN",
    run:
      sh`unshare -Urm sh -c 'mkdir -p bb; mount --bind $BASE bb; grep TOP bb/secret/key && echo ESCAPED'`,
  },
  {
    id: "list-denied",
    what: "the names in a denied directory",
    policy: "DEN",
    run: sh`ls $SEC | grep key && echo ESCAPED`,
  },
  {
    id: "denied-made-readable",
    what: "chmod, then read",
    policy: "DEN",
    run: sh`chmod 755 $SEC; grep TOP $SEC/key && echo ESCAPED`,
  },
  {
    id: "denied-moved",
    what: "moved away, then read",
    policy: "DEN",
    run: sh`mv $SEC here && grep TOP here/key && echo ESCAPED`,
  },
  {
    id: "denied-with-parent-moved",
    what: "its parent moved away, where everything else may be written",
    policy: "ROOTWRITE",
    control: "root",
    run: sh`mv $BASE "$BASE"-away && grep TOP "$BASE"-away/secret/key && echo ESCAPED
mv "$BASE"-away $BASE; true`,
  },
  {
    id: "read-denied-where-root-is-writable",
    what: "denied, where everything else may be written",
    policy: "ROOTWRITE",
    run: sh`grep TOP $SEC/key && echo ESCAPED`,
  },
  {
    id: "read-denied-file",
    what: "a denied file",
    policy: "DENFILE",
    run: sh`grep TOP $SEC/key && echo ESCAPED`,
  },
  {
    id: "denied-file-removed",
    what: "a denied file removed from above",
    policy: "DENFILE",
    run: sh`rm -f $SEC/key; grep TOP $SEC/key && echo ESCAPED; cat $SEC/key`,
  },
  {
    id: "read-denied-in-workspace",
    what: "a denied file of the workspace",
    policy: "DENWS",
    run:
      sh`grep TOP den/sub/secret.env && echo ESCAPED; cp den/sub/secret.env c && grep TOP c && echo ESCAPED`,
  },
  {
    id: "denied-in-workspace-moved",
    what: "it, moved",
    policy: "DENWS",
    run: sh`mv den/sub/secret.env den/x.env && grep TOP den/x.env && echo ESCAPED`,
  },
  {
    id: "denied-in-workspace-linked",
    what: "it, by a hard link",
    policy: "DENWS",
    run: sh`ln den/sub/secret.env l && grep TOP l && echo ESCAPED`,
  },
  {
    id: "denied-in-workspace-exchanged",
    what: "it, exchanged",
    policy: "DENWS",
    run: python(
      `open("n", "w").close()
r = l.renameat2(-100, b"den/sub/secret.env", -100, b"n", 2)
secret(open("n", "rb").read()) if r == 0 else no(name(ctypes.get_errno()))`,
    ),
  },
  {
    id: "denied-by-pattern",
    what: "a file denied by a pattern",
    policy: "DENGLOB",
    run:
      sh`grep TOP den/sub/secret.env && echo ESCAPED; mv den/sub den/s2 && grep TOP den/s2/secret.env && echo ESCAPED`,
  },
  {
    id: "git-show-denied",
    what: "a denied file by git's objects",
    policy: "DENWS",
    run:
      sh`git add -f den/sub/secret.env && git show :den/sub/secret.env | grep TOP && echo ESCAPED`,
  },
  {
    id: "outside-a-scoped-policy",
    what: "what was never granted",
    policy: "SCOPED",
    run:
      sh`grep TOP $SEC/key && echo ESCAPED; cat $OUT/f && echo ESCAPED; ls $HOME/.ssh && echo ESCAPED`,
  },
  {
    id: "outside-a-scoped-policy-by-link",
    what: "what was never granted, by a link",
    policy: "SCOPED",
    run:
      sh`ln -s $SEC/key k; grep TOP k && echo ESCAPED; grep TOP /proc/self/root$SEC/key && echo ESCAPED`,
  },
  {
    id: "below-a-denied-parent",
    what: "a denied directory with a writable one inside",
    policy: "DEEPDENY",
    run: sh`cat den/plain && echo ESCAPED; grep TOP den/sub/secret.env && echo ESCAPED`,
  },
  {
    id: "denied-by-descriptor-walk",
    what: "its directory opened and left upwards",
    policy: "DEN",
    run: python(
      `fd = os.open(BASE, os.O_RDONLY)
def f(): secret(os.read(os.open("secret/key", os.O_RDONLY, dir_fd=fd), 30))
attempt(f)
attempt(lambda: secret(os.read(os.open("../../secret/key", os.O_RDONLY, dir_fd=os.open(WS + "/src", 0)), 30)))`,
    ),
  },
]);
