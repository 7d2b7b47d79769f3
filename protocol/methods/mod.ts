/** The one list of methods, and the types that follow from it. @module */

import type { NotificationSpec, RequestSpec } from "../method.ts";
import { environmentRequests } from "./environment.ts";
import { fsRequests } from "./fs.ts";
import { processRequests } from "./process.ts";
import { processNotifications } from "./process_events.ts";
import { sessionNotifications, sessionRequests } from "./session.ts";

const requestTable = {
  ...sessionRequests,
  ...environmentRequests,
  ...processRequests,
  ...fsRequests,
};

const notificationTable = { ...sessionNotifications, ...processNotifications };

/** Name of a request, as on the wire. */
export type RequestName = keyof typeof requestTable;

/** Parameters of a request. */
export type Params<M extends RequestName> = (typeof requestTable)[M] extends
  RequestSpec<infer P, infer _R> ? P : never;

/** Result of a request. */
export type Result<M extends RequestName> = (typeof requestTable)[M] extends
  RequestSpec<infer _P, infer R> ? R : never;

/** Every request, by name. */
export const requests: { readonly [M in RequestName]: RequestSpec<Params<M>, Result<M>> } =
  requestTable;

/** Name of a notification, as on the wire. */
export type NotificationName = keyof typeof notificationTable;

/** Parameters of a notification. */
export type NotificationParams<M extends NotificationName> = (typeof notificationTable)[M] extends
  NotificationSpec<infer P> ? P : never;

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
