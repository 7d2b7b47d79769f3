/** The system that this program runs on. @module */

import type { Platform } from "./platform.ts";
import { linux } from "./platform_linux.ts";
import { macos } from "./platform_macos.ts";

/** Whether this is macOS; else it is Linux, for nothing here is used elsewhere. */
export const isMacos = Deno.build.os === "darwin";

/** Numbers and layouts of this system. */
export const platform: Platform = isMacos ? macos : linux;
