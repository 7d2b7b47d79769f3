/** Which file systems are in memory or on a disk of this machine, and which may keep us waiting. @module */

import { nativeText } from "../../../protocol/native_path.ts";
import type { NativePath } from "../file_system.ts";
import { cPath, type FileLibrary } from "./file_calls.ts";
import { atFlags, openFlags } from "./file_numbers.ts";

/** Places for work in the pool: those of slow file systems cannot take away those of the others. */
export type Lane = "local" | "slow";

const localTypes: ReadonlySet<string> = new Set(
  ("bcachefs btrfs devtmpfs erofs exfat ext2 ext3 ext4 f2fs iso9660 jfs ntfs3 overlay ramfs " +
    "squashfs tmpfs vfat xfs zfs").split(" "),
);

/** Views of the kernel: they do not hang, but do not say either what lies in memory. */
const kernelTypes: ReadonlySet<string> = new Set(
  "bpf cgroup cgroup2 configfs debugfs devpts mqueue nsfs proc securityfs sysfs tracefs".split(" "),
);

// POLLERR | POLLPRI: the table has changed since this descriptor was last asked.
const CHANGED = 0x0a;
const PATH = "/proc/self/mountinfo";

/** The mounts of this machine, read again whenever they have changed. */
export class MountTable {
  readonly #library: FileLibrary;
  readonly #request = new Int16Array(new ArrayBuffer(8));
  readonly #isWatched: boolean;
  #types: ReadonlyMap<number, string> = new Map();
  #lanes: ReadonlyMap<NativePath, Lane> = new Map();
  #hasSlow = false;
  #isStale = true;

  /** Without `/proc` no file system counts as local, which is slow but right. */
  constructor(library: FileLibrary) {
    this.#library = library;
    // Stays open as long as the program runs.
    const flags = openFlags.closeOnExec;
    const descriptor = library.calls.openat(atFlags.noDirectory, cPath(PATH), flags, 0);
    this.#isWatched = descriptor >= 0;
    new Int32Array(this.#request.buffer)[0] = descriptor;
    this.#request[2] = CHANGED;
  }

  /** Whether its files lie on a disk or in the memory of this machine. */
  isLocal(mountId: number): boolean {
    this.#refresh();
    return localTypes.has(this.#types.get(mountId) ?? "");
  }

  /** Lane for calls about what is open; `slow` for a mount that is not in the table. */
  laneOfMount(mountId: number): Lane {
    this.#refresh();
    return isQuick(this.#types.get(mountId) ?? "") ? "local" : "slow";
  }

  /** Lane by the path alone. A link may lead elsewhere: only time is at stake, not safety. */
  laneOf(path: NativePath): Lane {
    this.#refresh();
    if (!this.#hasSlow) return "local";
    for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
      const lane = this.#lanes.get(at);
      if (lane !== undefined) return lane;
    }
    return this.#lanes.get("/") ?? "local";
  }

  #refresh(): void {
    if (!this.#isWatched) return;
    this.#request[3] = 0;
    if (this.#library.calls.poll(this.#request, 1, 0) > 0) this.#isStale = true;
    if (!this.#isStale) return;
    this.#take(this.#read());
  }

  /** Undefined when it cannot be read now, such as for lack of descriptors. */
  #read(): readonly Mount[] | undefined {
    try {
      return parseMounts(nativeText(Deno.readFileSync(PATH)));
    } catch {
      return undefined;
    }
  }

  /** What is not known is not local. */
  #take(mounts: readonly Mount[] | undefined): void {
    this.#isStale = mounts === undefined;
    const types = new Map<number, string>();
    const lanes = new Map<NativePath, Lane>();
    for (const { id, path, type } of mounts ?? []) {
      types.set(id, type);
      // The last mount on a path hides the earlier ones.
      lanes.set(path, isQuick(type) ? "local" : "slow");
    }
    this.#types = types;
    this.#lanes = lanes;
    this.#hasSlow = [...lanes.values()].includes("slow");
  }
}

/** One line of the table. */
export interface Mount {
  /** Number of the mount, as `statx` tells it. */
  readonly id: number;
  /** Where it is mounted. */
  readonly path: NativePath;
  /** Type of the file system. */
  readonly type: string;
}

/** The lines of `/proc/self/mountinfo`; ones that cannot be read are left out. */
export function parseMounts(text: string): readonly Mount[] {
  return text.split("\n").flatMap((line) => {
    const [front = "", back = ""] = line.split(" - ");
    const [id, , , , path] = front.split(" ");
    const [type] = back.split(" ");
    if (id === undefined || path === undefined || type === undefined) return [];
    return [{ id: Number(id), path: unescape(path), type }];
  });
}

/** Space, tab, newline and backslash are written as a backslash and three octal digits. */
function unescape(path: string): NativePath {
  return path.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
}

function isQuick(type: string): boolean {
  return localTypes.has(type) || kernelTypes.has(type);
}
