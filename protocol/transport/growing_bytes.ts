/** Bytes that come in pieces and are wanted in one: a block that doubles as it fills. @module */

const KIB = 1024;
/** Capacities are rounded up to this, so that blocks fit again. */
const STEP_BYTES = 64 * KIB;
/** Blocks of this range are kept for the next that needs one: fresh memory is slow memory. */
const SMALLEST_SPARE_BYTES = 256 * KIB;
const LARGEST_SPARE_BYTES = 2048 * KIB;
const MOST_SPARES = 2;

/** Blocks that nobody uses at the moment. */
const spares: Uint8Array<ArrayBuffer>[] = [];

/** Collects pieces up to a limit; costs what the pieces carry, however many there are. */
export class GrowingBytes {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array();
  #length = 0;
  /** Handed out by `take`, until `recycle`. */
  #taken: Uint8Array<ArrayBuffer> | undefined;

  /** Bytes collected. */
  get length(): number {
    return this.#length;
  }

  /**
   * Copies a piece to the end.
   * @param maxBytes never reserve more than this; the caller has checked that the piece fits
   */
  append(piece: Uint8Array<ArrayBuffer>, maxBytes: number): void {
    const needed = this.#length + piece.byteLength;
    if (needed > this.#bytes.byteLength) this.#grow(needed, maxBytes);
    this.#bytes.set(piece, this.#length);
    this.#length = needed;
  }

  /** What has been collected; valid until the next call. */
  peek(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets what has been collected. */
  clear(): void {
    this.take();
    this.recycle();
  }

  /** Hands everything over and begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#taken = this.#bytes;
    this.#bytes = new Uint8Array();
    this.#length = 0;
    return taken;
  }

  /** Says that what was taken last is no longer looked at. */
  recycle(): void {
    const taken = this.#taken;
    if (taken === undefined) return;
    this.#taken = undefined;
    const { byteLength } = taken;
    const isFit = byteLength >= SMALLEST_SPARE_BYTES && byteLength <= LARGEST_SPARE_BYTES;
    if (isFit && spares.length < MOST_SPARES) spares.push(taken);
  }

  #grow(needed: number, maxBytes: number): void {
    const grown = spareFor(needed) ?? new Uint8Array(capacityFor(needed, maxBytes));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** A spare is larger than what has come, but there are few of them. */
function spareFor(needed: number): Uint8Array<ArrayBuffer> | undefined {
  const last = spares.at(-1);
  if (last === undefined || needed < STEP_BYTES || last.byteLength < needed) return undefined;
  return spares.pop();
}

function capacityFor(needed: number, maxBytes: number): number {
  const capacity = Math.min(2 * needed, maxBytes);
  return capacity < STEP_BYTES ? capacity : Math.ceil(capacity / STEP_BYTES) * STEP_BYTES;
}
