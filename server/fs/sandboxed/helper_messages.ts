/** What the heads of frames say: orders to a file helper, and its reports. @module */

import { type ErrorKey, errors } from "../../../protocol/errors.ts";
import {
  anything,
  count,
  flag,
  oneOf,
  optional,
  type Schema,
  struct,
  tagged,
  text,
} from "../../../protocol/schema.ts";

/** Serve one request about files. The body is the value of the member `bytes`, if there is one. */
export interface CallOrder {
  /** Tells orders apart. */
  readonly kind: "call";
  /** Comes back in the reports about it. */
  readonly id: number;
  /** Stands for one connection of the server. */
  readonly channel: number;
  /** Name on the wire. */
  readonly method: string;
  /** As on the wire, without a sandbox. */
  readonly params?: unknown;
  /** Which parameter the body is. */
  readonly bytes?: string | undefined;
  /** See `Call`. */
  readonly wantsExtensions: boolean;
}

/** There is room for what the helper asked about first of all that this call asked about. */
export interface GoOrder {
  /** Tells orders apart. */
  readonly kind: "go";
  /** Which call. */
  readonly id: number;
}

/** A connection has ended. */
export interface LeaveOrder {
  /** Tells orders apart. */
  readonly kind: "leave";
  /** Which one. */
  readonly channel: number;
}

/** What the server sends. */
export type HelperOrder = CallOrder | GoOrder | LeaveOrder;

/** The body is the JSON text of the result or, where `bytes` names one, the value of that member. */
export interface ResultReport {
  /** Tells reports apart. */
  readonly kind: "result";
  /** Which call. */
  readonly id: number;
  /** Which member of the result the body is. */
  readonly bytes?: string | undefined;
  /** The other members, in that case. */
  readonly others?: unknown;
}

/** A call is refused. */
export interface RefusedReport {
  /** Tells reports apart. */
  readonly kind: "refused";
  /** Which call. */
  readonly id: number;
  /** Which error. */
  readonly key: ErrorKey;
  /** Its words. */
  readonly message: string;
  /** What goes with them. */
  readonly data?: unknown;
}

/** Asks for room to make an answer of about so many bytes. */
export interface RoomReport {
  /** Tells reports apart. */
  readonly kind: "room";
  /** Which call. */
  readonly id: number;
  /** How many bytes. */
  readonly bytes: number;
}

/** A notification to the client, and the question whether it takes more. */
export interface NotifyReport {
  /** Tells reports apart. */
  readonly kind: "notify";
  /** Which call. */
  readonly id: number;
  /** Name on the wire; the body is the JSON text of its parameters. */
  readonly method: string;
}

/** What the helper sends. */
export type HelperReport = ResultReport | RefusedReport | RoomReport | NotifyReport;

const keys = Object.keys(errors).filter((key): key is ErrorKey => Object.hasOwn(errors, key));

/** Decodes a `HelperOrder`. */
export const helperOrder: Schema<HelperOrder> = tagged<HelperOrder, "kind">("HelperOrder", "kind", {
  call: struct<CallOrder>("CallOrder", {
    kind: oneOf(["call"]),
    id: count,
    channel: count,
    method: text,
    params: optional(anything),
    bytes: optional(text),
    wantsExtensions: flag,
  }),
  go: struct<GoOrder>("GoOrder", { kind: oneOf(["go"]), id: count }),
  leave: struct<LeaveOrder>("LeaveOrder", { kind: oneOf(["leave"]), channel: count }),
});

/** Decodes a `HelperReport`. */
export const helperReport: Schema<HelperReport> = tagged<HelperReport, "kind">(
  "HelperReport",
  "kind",
  {
    result: struct<ResultReport>("ResultReport", {
      kind: oneOf(["result"]),
      id: count,
      bytes: optional(text),
      others: optional(anything),
    }),
    refused: struct<RefusedReport>("RefusedReport", {
      kind: oneOf(["refused"]),
      id: count,
      key: oneOf(keys),
      message: text,
      data: optional(anything),
    }),
    room: struct<RoomReport>("RoomReport", { kind: oneOf(["room"]), id: count, bytes: count }),
    notify: struct<NotifyReport>("NotifyReport", {
      kind: oneOf(["notify"]),
      id: count,
      method: text,
    }),
  },
);

/** Longest head that either side takes, in bytes: lists of patterns are the longest. */
export const MOST_HEAD_BYTES = 64 * 1024 * 1024;

/** The channel of open files, which belong to no connection here. */
export const HANDLE_CHANNEL = 0;
