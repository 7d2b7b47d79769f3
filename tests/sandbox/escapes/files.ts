/** Attempts to change files outside the workspace. @module */

import { type Attempt, attempts } from "./attempt.ts";
import { python } from "./python.ts";

const sh = String.raw;

/** By every name a file can be reached by. */
export const files: readonly Attempt[] = attempts("files", [
  { id: "write-outside", what: "a plain write outside", run: sh`echo x > $OUT/e1 && echo ESCAPED` },
  {
    id: "write-through-directory-link",
    what: "a write through a link to a directory outside",
    run: sh`ln -sfn $OUT l2; echo x > l2/e2 && echo ESCAPED`,
  },
  {
    id: "write-through-file-link",
    what: "a write through a link to a file outside",
    run: sh`ln -sfn $OUT/f l3; echo x > l3 && echo ESCAPED`,
  },
  {
    id: "write-through-link-chain",
    what: "a write through links to links",
    run: sh`ln -s $OUT a; ln -s a b; ln -s b c; echo x > c/e && echo ESCAPED`,
  },
  {
    id: "write-by-traversal",
    what: "a relative path that climbs out",
    run: sh`echo x > ../outside/e4 && echo ESCAPED`,
  },
  {
    id: "hard-link-outside-file",
    what: "a hard link into the workspace, written there",
    run: sh`ln $OUT/f h5 && echo x >> h5 && echo ESCAPED`,
  },
  {
    id: "move-outside-file-in",
    what: "an outside file moved in",
    run: sh`mv $OUT/f m6 && echo ESCAPED`,
  },
  {
    id: "rename-over-outside-file",
    what: "an outside file replaced by rename",
    run: python(`attempt(lambda: (open("n", "w").close(), os.rename("n", OUT + "/f"), esc()))`),
  },
  {
    id: "exchange-with-outside-file",
    what: "an outside file exchanged (RENAME_EXCHANGE)",
    run: python(
      `open("n", "w").close()
r = l.renameat2(-100, b"n", -100, (OUT + "/f").encode(), 2)
esc() if r == 0 else no(name(ctypes.get_errno()))`,
    ),
  },
  { id: "chmod-outside", what: "a mode outside", run: sh`chmod 777 $OUT && echo ESCAPED` },
  {
    id: "chown-outside",
    what: "an owner outside",
    run: sh`chown $(id -u) $OUT/f && echo ESCAPED`,
  },
  {
    id: "write-by-proc-self-root",
    what: "/proc/self/root",
    run: sh`echo x > /proc/self/root$OUT/e10 && echo ESCAPED`,
  },
  {
    id: "write-by-init-root",
    what: "the root of the first process",
    run: sh`P=1; [ -e /proc/$HPID/cmdline ] && P=$HPID
echo x > /proc/$P/root$OUT/e11 && echo ESCAPED`,
  },
  {
    id: "write-by-init-cwd",
    what: "the working directory of the first process",
    run: sh`echo x > /proc/1/cwd/../outside/e12 && echo ESCAPED`,
    control: { never: "the first process of the machine has another directory" },
  },
  {
    id: "write-by-proc-self-fd",
    what: "a directory's descriptor under /proc/self/fd",
    run: python(
      `fd = os.open(OUT, os.O_RDONLY | os.O_DIRECTORY)
attempt(lambda: (open(f"/proc/self/fd/{fd}/e13", "w").close(), esc()))`,
    ),
  },
  {
    id: "reopen-read-descriptor-for-writing",
    what: "a file opened for reading, opened again for writing",
    run: python(
      `fd = os.open(OUT + "/f", os.O_RDONLY)
attempt(lambda: (os.write(os.open(f"/proc/self/fd/{fd}", os.O_WRONLY), b"x"), esc()))`,
    ),
  },
  {
    id: "path-descriptor-then-openat",
    what: "O_PATH and openat",
    run: python(
      `fd = os.open(OUT, os.O_PATH)
attempt(lambda: (os.close(os.open("e14", os.O_WRONLY | os.O_CREAT, dir_fd=fd)), esc()))`,
    ),
  },
  {
    id: "shared-writable-mapping",
    what: "a shared mapping of an outside file",
    run: python(
      `import mmap
attempt(lambda: mmap.mmap(os.open(OUT + "/f", os.O_RDWR), 4).__setitem__(0, 88) or esc())`,
    ),
  },
  {
    id: "truncate-outside",
    what: "truncate of an outside file",
    run: python(`attempt(lambda: (os.truncate(OUT + "/f", 0), esc()))`),
  },
  {
    id: "touch-outside",
    what: "times of an outside file",
    run: sh`touch -d 2001-01-01 $OUT/f && echo ESCAPED`,
  },
  {
    id: "attribute-outside",
    what: "an extended attribute of an outside file",
    run: python(`attempt(lambda: (os.setxattr(OUT + "/f", "user.x", b"1"), esc()))`),
  },
  {
    id: "inode-flags-outside",
    what: "an inode flag (append only) of an outside file",
    control: "root",
    run: python(
      `def f():
    fd = os.open(OUT + "/f", os.O_RDONLY); b = bytearray(8)
    fcntl.ioctl(fd, 0x80086601, b); fcntl.ioctl(fd, 0x40086602, bytes(b)); esc()
attempt(f)`,
    ),
  },
  {
    id: "remove-outside",
    what: "an outside file removed",
    run: sh`rm -f $OUT/f && [ ! -e $OUT/f ] && echo ESCAPED`,
  },
  {
    id: "remove-tree-by-link",
    what: "rm -rf through a link's slash",
    run: sh`ln -s $OUT/d l; rm -rf l/ l/*; [ -e $OUT/d/g ] || echo ESCAPED`,
  },
  {
    id: "make-directory-outside",
    what: "a directory outside",
    run: sh`mkdir $OUT/made && echo ESCAPED`,
  },
  {
    id: "make-fifo-outside",
    what: "a FIFO outside",
    run: sh`mkfifo $OUT/fifo && echo ESCAPED`,
  },
  {
    id: "bind-socket-outside",
    what: "a socket file outside",
    run: python(`def f():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM); s.bind(OUT + "/made.sock"); esc()
attempt(f)`),
  },
  {
    id: "write-beside-workspace",
    what: "a sibling whose name begins like the workspace's",
    run: sh`mkdir -p "$WS"-evil && echo ESCAPED`,
  },
  {
    id: "replace-workspace-itself",
    what: "the workspace moved away",
    run: sh`mv $WS $BASE/moved && echo ESCAPED`,
  },
  {
    id: "authorized-keys",
    what: "a key in the home directory",
    run: sh`echo k > $HOME/.ssh/authorized_keys && echo ESCAPED`,
  },
  {
    id: "shell-start-file",
    what: "a line in the home directory's shell start file",
    run: sh`echo : >> $HOME/.bashrc && echo ESCAPED`,
  },
  {
    id: "git-user-config",
    what: "the user's git configuration",
    run: sh`git config --global core.fsmonitor true && echo ESCAPED`,
  },
  {
    id: "cron",
    what: "a job for the machine",
    control: "root",
    run: sh`: > /etc/cron.d/$LITTER.x && echo ESCAPED`,
  },
  {
    id: "append-to-passwd",
    what: "the table of users, opened for writing",
    control: "root",
    run: python(`attempt(lambda: (os.open("/etc/passwd", os.O_WRONLY | os.O_APPEND), esc()))`),
  },
  {
    id: "preload-for-everybody",
    what: "a new file in /etc",
    control: "root",
    run: sh`: > /etc/$LITTER && echo ESCAPED`,
  },
  { id: "var-tmp", what: "/var/tmp", run: sh`: > /var/tmp/$LITTER && echo ESCAPED` },
  {
    id: "host-shared-memory-directory",
    what: "a file in the host's /dev/shm",
    run: sh`: > /dev/shm/$LITTER`,
  },
  {
    id: "program-directory",
    what: "a program everybody runs",
    control: "root",
    run: sh`: > /usr/local/bin/$LITTER && echo ESCAPED`,
  },
  {
    id: "read-only-policy",
    what: "a write in the workspace that may only be read",
    policy: "READONLY",
    run: sh`echo x > f && echo ESCAPED; echo x > new && echo ESCAPED`,
  },
  {
    id: "read-only-below-root-write",
    what: "a read-only place where everything else may be written",
    policy: "ROOTWRITE",
    run: sh`echo x > $OUT/e && echo ESCAPED; mv $OUT $BASE/away && echo ESCAPED`,
  },
  {
    id: "rename-ancestor-of-read-only",
    what: "the parent of a read-only place moved, where everything else may be written",
    policy: "ROOTWRITE",
    control: "root",
    run: sh`mv $BASE "$BASE"-away && { echo ESCAPED; mv "$BASE"-away $BASE; }`,
  },
  {
    id: "unlink-in-read-only-by-descriptor",
    what: "unlinkat on a directory's descriptor",
    run: python(
      `fd = os.open(OUT, os.O_RDONLY | os.O_DIRECTORY)
attempt(lambda: (os.unlink("f", dir_fd=fd), esc()))`,
    ),
  },
  {
    id: "link-descriptor-outside",
    what: "an anonymous file of the workspace linked outside",
    run: python(
      `fd = os.open(WS, os.O_TMPFILE | os.O_RDWR)
r = l.linkat(-100, f"/proc/self/fd/{fd}".encode(), -100, (OUT + "/linked").encode(), 0x400)
esc() if r == 0 else no(name(ctypes.get_errno()))`,
    ),
  },
]);
