/** The list of all `fs/*` methods. @module */

import { type FsContentRequests, fsContentRequests } from "./fs_content.ts";
import { type FsEntryRequests, fsEntryRequests } from "./fs_entries.ts";
import {
  type FsGrepNotifications,
  fsGrepNotifications,
  type FsGrepRequests,
  fsGrepRequests,
} from "./fs_grep.ts";
import { type FsHandleRequests, fsHandleRequests } from "./fs_handles.ts";
import { type FsMetadataRequests, fsMetadataRequests } from "./fs_metadata.ts";
import { type FsWalkRequests, fsWalkRequests } from "./fs_walk.ts";
import {
  type FsWatchNotifications,
  fsWatchNotifications,
  type FsWatchRequests,
  fsWatchRequests,
} from "./fs_watch.ts";

/** Requests about files, by name. */
export interface FsRequests
  extends
    FsContentRequests,
    FsMetadataRequests,
    FsEntryRequests,
    FsHandleRequests,
    FsWalkRequests,
    FsGrepRequests,
    FsWatchRequests {}

/** The rows of these requests. */
export const fsRequests: FsRequests = {
  ...fsContentRequests,
  ...fsMetadataRequests,
  ...fsEntryRequests,
  ...fsHandleRequests,
  ...fsWalkRequests,
  ...fsGrepRequests,
  ...fsWatchRequests,
};

/** Notifications about files, by name. */
export interface FsNotifications extends FsWatchNotifications, FsGrepNotifications {}

/** The rows of these notifications. */
export const fsNotifications: FsNotifications = { ...fsWatchNotifications, ...fsGrepNotifications };
