/** Content of the files that are read and written, and proof that it arrived. @module */

/** Bytes of one block: the most that one call on a file handle may carry. */
export const BLOCK_BYTES = 1 << 20;

/** Samples of a block that are looked at while the clock runs; a prime, to meet every column. */
const SAMPLED_GROUPS = 509;
// Blocks differ by where in the seed they begin; a file may have this many.
const MOST_BLOCKS = 4_096;
const RANDOM_BYTES_AT_ONCE = 65_536;
const PADDING = 0x3d;
const alphabet = new TextEncoder().encode(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
);

/** What is expected of a piece of base64. */
export interface Expected {
  /** Where in the file the piece begins. */
  readonly offset: number;
  /** How long it is, before base64. */
  readonly byteCount: number;
  /** Every byte, or only a sample while the clock runs. */
  readonly every: boolean;
}

/**
 * Content in which every block differs: block i is a window that begins at byte i of one seed, so
 * that a file of any length costs the memory of one block.
 */
export class FileContent {
  readonly #seed: Uint8Array<ArrayBuffer>;

  /** Use {@linkcode FileContent.random} or {@linkcode FileContent.zeros}. */
  constructor(seed: Uint8Array<ArrayBuffer>) {
    this.#seed = seed;
  }

  /** Random bytes. */
  static random(): FileContent {
    const seed = new Uint8Array(BLOCK_BYTES + MOST_BLOCKS);
    for (let at = 0; at < seed.length; at += RANDOM_BYTES_AT_ONCE) {
      crypto.getRandomValues(seed.subarray(at, at + RANDOM_BYTES_AT_ONCE));
    }
    return new FileContent(seed);
  }

  /** Zeros, as a hole in a file reads. */
  static zeros(): FileContent {
    return new FileContent(new Uint8Array(BLOCK_BYTES + MOST_BLOCKS));
  }

  /** The block of this number; a view. */
  block(index: number): Uint8Array<ArrayBuffer> {
    return this.#seed.subarray(index, index + BLOCK_BYTES);
  }

  /** All of a file of so many blocks. */
  whole(blocks: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(blocks * BLOCK_BYTES);
    for (let index = 0; index < blocks; index++) bytes.set(this.block(index), index * BLOCK_BYTES);
    return bytes;
  }

  /** Makes a file of so many blocks. */
  async writeFile(path: string, blocks: number): Promise<void> {
    using file = await Deno.open(path, { write: true, create: true, truncate: true });
    for (let index = 0; index < blocks; index++) {
      let rest = this.block(index);
      while (rest.length > 0) rest = rest.subarray(await file.write(rest));
    }
  }

  /**
   * Compares a file with what it should hold.
   *
   * @param file open for reading
   * @param blocks how long it should be
   * @param step 1 for every block, n for every n-th and the last
   * @throws {Error} at the first difference
   */
  async requireFile(file: Deno.FsFile, blocks: number, step = 1): Promise<void> {
    const { size } = await file.stat();
    if (size !== blocks * BLOCK_BYTES) {
      throw new Error(`Written wrong: ${size} of ${blocks * BLOCK_BYTES} bytes are in the file`);
    }
    const bytes = new Uint8Array(BLOCK_BYTES);
    for (let index = 0; index < blocks; index = nextOf(index, step, blocks)) {
      await file.seek(index * BLOCK_BYTES, Deno.SeekMode.Start);
      await readFully(file, bytes);
      const wanted = this.block(index);
      const at = bytes.findIndex((byte, position) => byte !== wanted[position]);
      if (at >= 0) throw new Error(`Written wrong: block ${index} differs at byte ${at}`);
    }
  }

  /**
   * Compares base64 with the part of the file it should be, without decoding it.
   *
   * @throws {Error} when length or bytes differ
   */
  requireBase64(base64: Uint8Array, { offset, byteCount, every }: Expected): void {
    const groups = Math.ceil(byteCount / 3);
    if (base64.length !== groups * 4) {
      throw new Error(`Read wrong: ${base64.length / 4 * 3} bytes at ${offset} of ${byteCount}`);
    }
    const step = every ? 1 : SAMPLED_GROUPS;
    for (let group = 0; group < groups; group = nextOf(group, step, groups)) {
      const at = offset + group * 3;
      if (!this.#isGroup(base64, group * 4, at, offset + byteCount - at)) {
        throw new Error(`Read wrong: the bytes at ${at} are not those of the file`);
      }
    }
  }

  #byteAt(offset: number): number {
    return this.#seed[Math.floor(offset / BLOCK_BYTES) + offset % BLOCK_BYTES] ?? 0;
  }

  /** Whether four characters are those of up to three bytes. @param left bytes until the end */
  #isGroup(base64: Uint8Array, from: number, offset: number, left: number): boolean {
    const first = this.#byteAt(offset);
    const second = left > 1 ? this.#byteAt(offset + 1) : 0;
    const third = left > 2 ? this.#byteAt(offset + 2) : 0;
    return base64[from] === alphabet[first >> 2] &&
      base64[from + 1] === alphabet[(first & 3) << 4 | second >> 4] &&
      base64[from + 2] === (left > 1 ? alphabet[(second & 15) << 2 | third >> 6] : PADDING) &&
      base64[from + 3] === (left > 2 ? alphabet[third & 63] : PADDING);
  }
}

/** The next index to look at, so that the last one always is; `count` after it. */
function nextOf(index: number, step: number, count: number): number {
  if (index === count - 1) return count;
  return Math.min(index + step, count - 1);
}

async function readFully(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    const byteCount = await file.read(rest);
    if (byteCount === null) throw new Error("Written wrong: the file ends early");
    rest = rest.subarray(byteCount);
  }
}
