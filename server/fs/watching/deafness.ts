/** File systems that do not tell of every change. @module */

import { fileSystemKind } from "../posix/inotify_calls.ts";
import type { NativePath } from "../file_system.ts";

// Source: `linux/magic.h`.
const madeUp = "what it shows is made up when it is read";
const elsewhere = "changes made on other machines are not told";

const deaf: ReadonlyMap<number, string> = new Map([
  [0x9fa0, `proc: ${madeUp}`],
  [0x62656572, `sysfs: ${madeUp}`],
  [0x64626720, `debugfs: ${madeUp}`],
  [0x74726163, `tracefs: ${madeUp}`],
  [0x27e0eb, `cgroup: ${madeUp}`],
  [0x63677270, `cgroup2: ${madeUp}`],
  [0x6969, `nfs: ${elsewhere}`],
  [0x517b, `smb: ${elsewhere}`],
  [0xff534d42, `cifs: ${elsewhere}`],
  [0xfe534d42, `smb2: ${elsewhere}`],
  [0x01021997, `9p: ${elsewhere}`],
  [0x65735546, `fuse: ${elsewhere}`],
  [0x00c36400, `ceph: ${elsewhere}`],
  [0x5346414f, `afs: ${elsewhere}`],
]);

/** Why changes at a path may go untold, in words; undefined when none do. */
export async function deafnessOf(path: NativePath): Promise<string | undefined> {
  const kind = await fileSystemKind(path);
  const reason = kind === undefined ? undefined : deaf.get(kind);
  return reason === undefined ? undefined : `The file system is ${reason}`;
}
