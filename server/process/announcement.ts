/** How events of a process are worded on the wire. Pure. @module */

import type { OutputStream } from "../../protocol/methods/process.ts";

/** The constant beginning of every `process/output` under an id. */
export function outputHead(processId: string): string {
  return `{"method":"process/output","params":{"processId":${JSON.stringify(processId)},`;
}

/**
 * Everything in front of the bytes of one piece of output. Put together by hand: base64 needs no
 * escaping, and this carries all the traffic.
 */
export function textBefore(
  head: string,
  { seq, stream }: { readonly seq: number; readonly stream: OutputStream },
): string {
  return `${head}"seq":${seq},"stream":"${stream}","chunk":"`;
}

/** What follows the bytes. */
export const TEXT_AFTER = '"}}';
