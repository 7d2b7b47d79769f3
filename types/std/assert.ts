/** `@std/assert`, from the republished npm sources; see docs/decisions/0002. @module */
// @ts-types="./assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
