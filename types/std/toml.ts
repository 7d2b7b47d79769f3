/** `@std/toml`, from the republished npm sources; see docs/decisions/0002. @module */
// @ts-types="./toml.d.ts"
export * from "npm:deno-std@1.4.0/toml/mod.js";
