/** In which portions files are carried. @module */

/** Bytes carried at a time. */
export const BLOCK_BYTES: number = 1024 * 1024;
