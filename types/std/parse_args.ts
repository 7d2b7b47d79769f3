/** `@std/cli/parse-args`, from the republished npm sources; see docs/decisions/0002. @module */
// @ts-types="./parse_args.d.ts"
export * from "npm:deno-std@1.4.0/cli/parse_args.js";
