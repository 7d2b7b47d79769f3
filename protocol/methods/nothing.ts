/** A result that says only that the request was carried out. @module */

import { type Schema, struct } from "../schema.ts";

/** Result without members. */
export type Empty = Record<string, never>;

/** Decodes an `Empty`. */
export const empty: Schema<Empty> = struct<Empty>("Empty", {});
