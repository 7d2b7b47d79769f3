/** Decodes what a server sent, keeping the exact text beside it. @module */
import * as v from "valibot";

const failure = v.object({ code: v.number(), message: v.string() });

const envelope = v.object({
  id: v.optional(v.union([v.string(), v.number()])),
  method: v.optional(v.string()),
  params: v.optional(v.record(v.string(), v.unknown())),
  result: v.optional(v.unknown()),
  error: v.optional(failure),
  jsonrpc: v.optional(v.unknown()),
});

/** An error answer. */
export type Failure = v.InferOutput<typeof failure>;

/** One message from the server. */
export interface Message extends v.InferOutput<typeof envelope> {
  /** The message as it was on the wire. */
  readonly text: string;
}

/** Reads one message.
 * @throws {Error} when the text is not JSON or not shaped like a message */
export function decodeMessage(text: string): Message {
  return { ...v.parse(envelope, JSON.parse(text)), text };
}

/** What became of a call: just the members an answer has, for messages of failed tests. */
export function describe(message: Message): string {
  return message.text.length > 400 ? `${message.text.slice(0, 400)}…` : message.text;
}
