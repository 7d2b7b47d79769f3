/** What both sides agree on: messages, methods, errors, limits, paths. @module */

export * from "./clock.ts";
export * from "./errors.ts";
export * from "./limits.ts";
export * from "./message.ts";
export * from "./method.ts";
export * from "./methods/environment.ts";
export * from "./methods/fs.ts";
export * from "./methods/mod.ts";
export * from "./methods/process.ts";
export * from "./methods/process_control.ts";
export * from "./methods/process_events.ts";
export * from "./methods/process_start.ts";
export * from "./methods/session.ts";
export * from "./path_uri.ts";
export * from "./signal_names.ts";
export { decode, type Schema } from "./schema.ts";
export * from "./transport/memory.ts";
export * from "./transport/transport.ts";
export * from "./version.ts";
