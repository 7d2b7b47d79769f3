/** Copies one file so that its new place has all of it or what was there before. @module */

import { realClock } from "../../protocol/clock.ts";
import { CopyProblem, type EntryFacts, type Side } from "./side.ts";
import { BLOCK_BYTES } from "./block.ts";
import { Sha256 } from "./sha256.ts";

/** One file to be copied. */
export interface FileJob {
  /** Where it is. */
  readonly source: Side;
  /** Its path there. */
  readonly from: string;
  /** What is known of it. */
  readonly facts: EntryFacts;
  /** Where it goes. */
  readonly target: Side;
  /** Its path there. */
  readonly to: string;
}

/** How to copy it. */
export interface FileCopyOptions {
  /** Keep what has been copied when it breaks off, and begin with what was kept. */
  readonly resume: boolean;
  /** Told of bytes that have been copied, or need not be. */
  readonly onBytes: (count: number) => void;
  /** Stops it. */
  readonly signal: AbortSignal;
}

/** What was copied is not what is there now. */
class Mismatch extends CopyProblem {}

/**
 * Copies a file into a hidden one beside its new place, compares digests, and moves it there.
 * @throws {CopyProblem} @throws {ExecServerError}
 */
export async function copyFile(job: FileJob, options: FileCopyOptions): Promise<void> {
  const { target, to, facts } = job;
  const part = await partPath(target, to, options);
  try {
    await preparePart(job, part, options);
    if (facts.size <= BLOCK_BYTES) await copySmall(job, part, options);
    else await copyLarge(job, part, options);
    if (facts.mode !== undefined) await target.setMode(part, facts.mode & PERMISSIONS);
    await target.replace(part, to);
  } catch (error) {
    // What has been copied of a small file is not worth keeping, and what is wrong must not be kept.
    const isKept = options.resume && facts.size > BLOCK_BYTES && !(error instanceof Mismatch);
    if (!isKept) await removeQuietly(target, part);
    throw error;
  }
}

/** Sees to a file to copy into: a new one, or a regular one that an earlier attempt left. */
async function preparePart(
  { target, facts }: FileJob,
  part: string,
  { resume, signal }: FileCopyOptions,
): Promise<void> {
  signal.throwIfAborted();
  const kept = resume ? await target.look(part, { followLink: false }) : undefined;
  if (kept?.kind === "file") return;
  // A name that can be foreseen may have been taken by someone, to have a link followed.
  if (kept !== undefined) await target.remove(part);
  await target.create(part, facts.mode);
}

async function copySmall(
  job: FileJob,
  part: string,
  { onBytes, signal }: FileCopyOptions,
): Promise<void> {
  const { source, from, target } = job;
  signal.throwIfAborted();
  const bytes = await source.readAll(from);
  await target.writeAll(part, bytes);
  const digest = await Sha256.make();
  digest.update(bytes);
  await requireSame(job, part, { sha256: digest.hex(), size: bytes.byteLength });
  onBytes(bytes.byteLength);
}

async function copyLarge(job: FileJob, part: string, options: FileCopyOptions): Promise<void> {
  const { source, from, target } = job;
  const { onBytes, signal } = options;
  const offset = options.resume ? await keptBytes(job, part) : 0;
  onBytes(offset);
  const digest = await Sha256.make();
  let size = offset;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      digest.update(bytes);
      size += bytes.byteLength;
      controller.enqueue(bytes);
      onBytes(bytes.byteLength);
    },
  });
  await source.read(from, { offset, signal })
    .pipeThrough(counted, { signal })
    .pipeTo(target.write(part, { offset, signal }), { signal });
  // What was kept has not passed through here, so the near side has to be read for its digest.
  const near = source.isRemote ? { side: target, path: part } : { side: source, path: from };
  const sha256 = offset === 0 ? digest.hex() : await near.side.hash(near.path, size);
  await requireSame(job, part, { sha256, size });
}

/** How many bytes of an earlier attempt are the same as the source's first. */
async function keptBytes({ source, from, facts, target }: FileJob, part: string): Promise<number> {
  const kept = await target.look(part, { followLink: false });
  if (kept?.kind !== "file" || kept.size === 0 || kept.size > facts.size) return 0;
  const [there, here] = await Promise.all([
    target.hash(part, kept.size),
    source.hash(from, kept.size),
  ]);
  return there !== undefined && there === here ? kept.size : 0;
}

/**
 * Asks each side to which bytes travelled what it has, and compares that with what passed here.
 * @throws {Mismatch} when it is not the same
 */
async function requireSame(
  { source, from, target, to }: FileJob,
  part: string,
  passed: { readonly sha256: string | undefined; readonly size: number },
): Promise<void> {
  if (target.isRemote && !await holds(target, part, passed)) {
    throw new Mismatch(`${target.shown(to)}: what arrived is not what was sent; try again`);
  }
  if (source.isRemote && !await holds(source, from, passed)) {
    throw new Mismatch(`${source.shown(from)} has changed while it was copied; try again`);
  }
}

async function holds(
  side: Side,
  path: string,
  { sha256, size }: { readonly sha256: string | undefined; readonly size: number },
): Promise<boolean> {
  const found = sha256 === undefined ? undefined : await side.hash(path);
  if (found !== undefined) return found === sha256;
  // A side that makes no digests can only be asked for the size.
  return (await side.look(path, { followLink: true }))?.size === size;
}

async function removeQuietly(side: Side, path: string): Promise<void> {
  const over = new AbortController();
  const timer = realClock.after(CLEAN_UP_MS, () => over.abort());
  try {
    await side.remove(path, { signal: over.signal });
  } catch {
    // Whatever made the copy fail is what matters, and may be in the way of this too.
  } finally {
    timer.cancel();
  }
}

/** Beside the new place, so that moving it there is one step; found again only to go on from it. */
async function partPath(
  side: Side,
  path: string,
  { resume }: { readonly resume: boolean },
): Promise<string> {
  const { directory, name } = side.split(path);
  const chance = resume ? "" : `.${crypto.randomUUID().slice(-12)}`;
  return side.join(directory, `.${await shortened(name)}${chance}.exec-server-part`);
}

/** Names have at most 255 bytes, and each unit of a string becomes at most three. */
async function shortened(name: string): Promise<string> {
  if (name.length <= LONGEST_PART) return name;
  const digest = await Sha256.make();
  digest.update(new TextEncoder().encode(name));
  return `${name.slice(0, LONGEST_PART / 2)}.${digest.hex().slice(0, 16)}`;
}

const LONGEST_PART = 74;
// Who runs a copy need not be who was to lend their rights: set-id bits stay behind.
const PERMISSIONS = 0o777;
// Tidying up must not keep anyone who has asked for the end.
const CLEAN_UP_MS = 2000;
