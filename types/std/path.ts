/** `@std/path`, from the republished npm sources; see docs/decisions/0002. @module */
// @ts-types="./path.d.ts"
export * from "npm:deno-std@1.4.0/path/mod.js";
