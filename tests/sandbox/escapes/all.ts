/** Every escape attempt. @module */

import type { Attempt } from "./attempt.ts";
import { devices, kernel } from "./devices.ts";
import { fileCalls } from "./file_calls.ts";
import { files } from "./files.ts";
import { metadata } from "./metadata.ts";
import { namespaces } from "./namespaces.ts";
import { network } from "./network.ts";
import { nextCommand, races } from "./next_command.ts";
import { inheritance, privileges } from "./privileges.ts";
import { information, processes, terminals } from "./processes.ts";
import { reading } from "./reading.ts";
import { syscalls } from "./syscalls.ts";

/** In the order of the table. */
export const allAttempts: readonly Attempt[] = [
  ...files,
  ...metadata,
  ...namespaces,
  ...devices,
  ...kernel,
  ...processes,
  ...terminals,
  ...network,
  ...syscalls,
  ...privileges,
  ...inheritance,
  ...reading,
  ...nextCommand,
  ...races,
  ...fileCalls,
  ...information,
];
