/** Copies one file so that its new place has all of it or what was there before. @module */

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

/**
 * Copies a file into a hidden one beside its new place, compares digests, and moves it there.
 * @throws {CopyProblem} @throws {ExecServerError}
 */
export async function copyFile(job: FileJob, options: FileCopyOptions): Promise<void> {
  const { target, to, facts } = job;
  const part = await partPath(target, to);
  try {
    if (facts.size <= BLOCK_BYTES) await copySmall(job, part, options);
    else await copyLarge(job, part, options);
    if (facts.mode !== undefined) await target.setMode(part, facts.mode);
    await target.replace(part, to);
  } catch (error) {
    // What has been copied of a small file is not worth keeping.
    if (!options.resume || facts.size <= BLOCK_BYTES) await removeQuietly(target, part);
    throw error;
  }
}

async function copySmall(
  { source, from, target, to }: FileJob,
  part: string,
  { onBytes, signal }: FileCopyOptions,
): Promise<void> {
  signal.throwIfAborted();
  const bytes = await source.readAll(from);
  await target.writeAll(part, bytes);
  const digest = await Sha256.make();
  digest.update(bytes);
  await requireSame({ target, part, to }, { sha256: digest.hex(), size: bytes.byteLength });
  onBytes(bytes.byteLength);
}

async function copyLarge(job: FileJob, part: string, options: FileCopyOptions): Promise<void> {
  const { source, from, target, to } = job;
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
  // What was kept has not passed through here; then the source has to be read once more.
  const sha256 = offset === 0 ? digest.hex() : await source.hash(from, size);
  await requireSame({ target, part, to }, { sha256, size });
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

/** @throws {CopyProblem} when what was written is not what was read */
async function requireSame(
  { target, part, to }: { readonly target: Side; readonly part: string; readonly to: string },
  wanted: { readonly sha256: string | undefined; readonly size: number },
): Promise<void> {
  const found = wanted.sha256 === undefined ? undefined : await target.hash(part);
  const isSame = found === undefined
    // A side that makes no digests can only be asked for the size.
    ? (await target.look(part, { followLink: false }))?.size === wanted.size
    : found === wanted.sha256;
  if (isSame) return;
  await removeQuietly(target, part);
  throw new CopyProblem(`${target.shown(to)}: what arrived is not what was sent; it was removed`);
}

async function removeQuietly(side: Side, path: string): Promise<void> {
  try {
    await side.remove(path);
  } catch {
    // Whatever made the copy fail is what matters, and may be in the way of this too.
  }
}

/** Beside the new place, so that moving it there is one step; the same for every attempt. */
async function partPath(side: Side, path: string): Promise<string> {
  const { directory, name } = side.split(path);
  return side.join(directory, `.${await shortened(name)}.exec-server-part`);
}

/** Names have at most 255 bytes, and each unit of a string becomes at most three. */
async function shortened(name: string): Promise<string> {
  if (name.length <= LONGEST_PART) return name;
  const digest = await Sha256.make();
  digest.update(new TextEncoder().encode(name));
  return `${name.slice(0, LONGEST_PART / 2)}.${digest.hex().slice(0, 16)}`;
}

const LONGEST_PART = 76;
