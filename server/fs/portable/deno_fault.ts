/** From the errors of Deno's own functions to file faults. @module */

import { type FaultCode, faultNumbers, FileFault } from "../file_fault.ts";

const SYSTEMS_WORDS = /^(.*?) \(os error (\d+)\)/s;

/**
 * The fault that an error of Deno's functions tells of; others are thrown on as they are. The number
 * is that of Linux, whatever system this is.
 */
export function denoFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof FileFault) return error;
  const code = codeOf(error);
  const [, words, number] = SYSTEMS_WORDS.exec(error.message) ?? [];
  // Messages of `node:fs` begin with the code, and may quote a path that looks like an error.
  const isNode = code !== undefined && error.message.startsWith(`${code}:`);
  if (code !== undefined) return FileFault.of(code, isNode ? undefined : words, { cause: error });
  if (number === undefined) return error;
  return new FileFault(Number(number), `${words} (os error ${number})`, { cause: error });
}

function codeOf(error: Error): FaultCode | undefined {
  if (!("code" in error) || typeof error.code !== "string") return undefined;
  return isFaultCode(error.code) ? error.code : undefined;
}

function isFaultCode(code: string): code is FaultCode {
  return Object.hasOwn(faultNumbers, code);
}
