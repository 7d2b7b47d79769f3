/** What marks the borders of a message text on the wire. @module */

/** What stands around a text on the wire. */
export interface TextFrame {
  /** Bytes in front of a text of so many bytes. */
  readonly headLength: (textLength: number) => number;
  /** Bytes behind it. */
  readonly tailLength: number;
  /** Writes what stands in front. Returns the mask for the text, undefined when it has none. */
  readonly begin: (place: Uint8Array<ArrayBuffer>, textLength: number) => number | undefined;
  /** Writes what stands behind. */
  readonly end: (place: Uint8Array<ArrayBuffer>) => void;
}
