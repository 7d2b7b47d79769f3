/** The one list of methods, and the types that follow from it. @module */

import type { NotificationSpec, RequestSpec } from "../method.ts";
import { type EnvironmentRequests, environmentRequests } from "./environment.ts";
import { type FsNotifications, fsNotifications, type FsRequests, fsRequests } from "./fs.ts";
import { type ProcessRequests, processRequests } from "./process.ts";
import { type ProcessNotifications, processNotifications } from "./process_events.ts";
import {
  type SessionNotifications,
  sessionNotifications,
  type SessionRequests,
  sessionRequests,
} from "./session.ts";

/** Every request with its row, by name on the wire. */
export interface RequestTable
  extends SessionRequests, EnvironmentRequests, ProcessRequests, FsRequests {}

/** Every notification with its row, by name on the wire. */
export interface NotificationTable
  extends SessionNotifications, ProcessNotifications, FsNotifications {}

/** Name of a request, as on the wire. */
export type RequestName = keyof RequestTable;

/** Parameters of a request. */
export type Params<M extends RequestName> = RequestTable[M] extends RequestSpec<infer P, infer _R>
  ? P
  : never;

/** Result of a request. */
export type Result<M extends RequestName> = RequestTable[M] extends RequestSpec<infer _P, infer R>
  ? R
  : never;

const requestTable: RequestTable = {
  ...sessionRequests,
  ...environmentRequests,
  ...processRequests,
  ...fsRequests,
};

/** Every request, by name; mapped so that the compiler can follow a generic name. */
export const requests: { readonly [M in RequestName]: RequestSpec<Params<M>, Result<M>> } =
  requestTable;

/** Name of a notification, as on the wire. */
export type NotificationName = keyof NotificationTable;

/** Parameters of a notification. */
export type NotificationParams<M extends NotificationName> = NotificationTable[M] extends
  NotificationSpec<infer P> ? P : never;

const notificationTable: NotificationTable = {
  ...sessionNotifications,
  ...processNotifications,
  ...fsNotifications,
};

/** Every notification, by name. */
export const notifications: {
  readonly [M in NotificationName]: NotificationSpec<NotificationParams<M>>;
} = notificationTable;

/** Whether a name from the wire is a request this protocol knows. */
export function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requestTable, name);
}

/** Whether a name from the wire is a notification this protocol knows. */
export function isNotificationName(name: string): name is NotificationName {
  return Object.hasOwn(notificationTable, name);
}
