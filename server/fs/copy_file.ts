/** Copies one file or one link. @module */

import { RpcError } from "../../protocol/errors.ts";
import { displayPath } from "../../protocol/native_path.ts";
import type { Call } from "../call.ts";
import type { FileStatus, OpenFile, Place } from "./file_system.ts";
import { named, placePath } from "./path.ts";
import { isSameFile } from "./regular_file.ts";
import { requireWaiting } from "./steps.ts";

/** What is copied in one call to the system; between two it may be stopped. */
const STEP_BYTES = 16 << 20;

/** Smaller files are not worth a call to copy them. */
const SMALL_BYTES = 64 << 10;

/** How much of a file of unknown size, as in /proc, is asked for at first. */
const UNKNOWN_BYTES = 4 << 10;

const SET_ID_BITS = 0o6000;

/** From where to where. */
export interface Route<P extends Place = Place> {
  /** What is copied. */
  readonly from: P;
  /** Where the copy shall be. */
  readonly to: P;
}

/** What a copy needs of its call. */
export type CopyCall = Pick<Call, "machine" | "signal">;

/** Makes a link that says the same. @throws {RpcError} `fileFailed` when the name is taken */
export async function copyLink(
  { from, to }: Route,
  { machine: { files } }: CopyCall,
): Promise<void> {
  const target = await named(from, () => files.readLink(from));
  await named(to, () => files.makeLink(to, target));
}

/**
 * Copies content and permission bits over what is there. A file that is copied onto itself, by
 * whatever name, stays as it is.
 */
export async function copyFile(route: Route, call: CopyCall): Promise<void> {
  const { from } = route;
  const source = await named(
    from,
    () => call.machine.files.open(from, { access: "read", links: "last" }),
  );
  try {
    const status = await named(from, () => source.status());
    if (status.kind !== "file") {
      const path = displayPath(placePath(from));
      throw new RpcError("fileRefused", `Cannot copy "${path}": it is no file any more`);
    }
    await copyOpenFile({ source, status }, route, call);
  } finally {
    await source.close();
  }
}

/** A file that is open for reading. */
interface Source {
  readonly source: OpenFile;
  readonly status: FileStatus;
}

async function copyOpenFile(
  { source, status }: Source,
  { to }: Route,
  { machine: { files }, signal }: CopyCall,
): Promise<void> {
  // Not emptied yet: which file this is can be asked for certain only now that it is open.
  const target = await named(
    to,
    () => files.open(to, { access: "write", create: true, createMode: status.mode & 0o777 }),
  );
  try {
    const old = await named(to, () => target.status());
    if (isSameFile(old, status)) return;
    const isFile = old.kind === "file";
    // Permissions of a device are nobody's to change. Those of a file first: where they cannot be
    // changed nothing is lost yet.
    if (isFile && old.mode !== status.mode) await named(to, () => target.setMode(status.mode));
    if (isFile && old.size > 0) await named(to, () => target.truncate(0));
    await copyContent({ source, status }, target, { to, signal });
    // Writing takes these bits away.
    if (isFile && status.mode & SET_ID_BITS) await named(to, () => target.setMode(status.mode));
  } finally {
    await target.close();
  }
}

async function copyContent(
  { source, status }: Source,
  target: OpenFile,
  { to, signal }: { to: Place; signal: AbortSignal },
): Promise<void> {
  let at = 0;
  if (status.size < SMALL_BYTES) {
    // Faster through memory: what was used lately is there. Of unknown size is what says 0.
    const buffer = new Uint8Array(status.size === 0 ? UNKNOWN_BYTES : status.size + 1);
    at = await named(to, () => source.read(buffer, 0));
    if (at > 0) await named(to, () => target.write(buffer.subarray(0, at), 0));
    if (at < buffer.byteLength) return;
  }
  for (
    let count = STEP_BYTES;
    count > 0 && (count === STEP_BYTES || at < status.size);
    at += count
  ) {
    requireWaiting(signal);
    count = await named(to, () => target.copyFrom(source, at, STEP_BYTES));
  }
}
