/** One request: row, phase, decoder, handler, answer. The one door for errors. @module */

import { RpcError } from "../protocol/errors.ts";
import { encodeAnswer, encodeError, encodeText, type Request } from "../protocol/message.ts";
import { isRequestName, type Params, requests } from "../protocol/methods/mod.ts";
import { decode } from "../protocol/schema.ts";
import { takeBack } from "../protocol/spare_blocks.ts";
import type { Base64Text, Transport } from "../protocol/transport/transport.ts";
import type { Call } from "./call.ts";
import { PassedResult } from "./fs/sandboxed/passed_result.ts";
import type { Handler } from "./handler.ts";
import { handlers, type ServedName } from "./handlers.ts";
import type { Log } from "./log.ts";

/** How far the handshake of a connection has come. */
export type Phase = "new" | "initialized" | "ready";

/**
 * The row of a request that is served at all.
 * @throws {RpcError} `methodNotFound`
 */
export function requireServed(method: string): ServedName | "initialize" {
  if (isRequestName(method)) return method;
  throw new RpcError("methodNotFound", `exec-server stub does not implement \`${method}\` yet`);
}

/**
 * Serves one request in a session. A handler that need not wait has its result at once.
 * @param call undefined before the handshake is over; then everything is refused
 * @throws {RpcError} whatever the answer must be
 */
export function serveRequest<M extends ServedName>(
  method: M,
  raw: unknown,
  { phase, call }: { phase: Phase; call: Call | undefined },
): ReturnType<Handler<M>> {
  const row = requests[method];
  // Decoded before the phase is asked for: an undecodable early call is told what is wrong with it.
  const params: Params<M> = decode(row.params, raw ?? null);
  if (call === undefined || phase !== "ready") {
    const missing = phase === "new" ? "call initialize" : "send initialized";
    throw new RpcError("outOfPhase", `client must ${missing} before using ${row.family} methods`);
  }
  return handlers[method](params, call);
}

/**
 * Runs `serve` and sends its outcome, good or bad. What is known at once is sent at once: small
 * calls make no promise. Byte arrays in a result are handed over for good.
 * @returns settles when the answer is sent; undefined when it is already
 */
export function answer(
  request: Request,
  { serve, to, log }: {
    serve: () => unknown;
    to: Pick<Transport, "send" | "sendBase64">;
    log: Log;
  },
): Promise<void> | undefined {
  const send = (result: unknown) => sendAnswer(answerText(request, result), to);
  const refuse = (error: unknown) =>
    to.send(encodeError(request.id, wireError(error, request, log)));
  try {
    const outcome = serve();
    if (outcome instanceof Promise) return outcome.then(send).catch(refuse);
    send(outcome);
  } catch (error) {
    refuse(error);
  }
  return undefined;
}

function answerText({ id }: Request, result: unknown): string | Base64Text {
  if (!(result instanceof PassedResult)) return encodeAnswer(id, result);
  const { content } = result;
  return typeof content === "string" ? encodeText(id, content) : encodeAnswer(id, content);
}

function sendAnswer(
  text: string | Base64Text,
  to: Pick<Transport, "send" | "sendBase64">,
): void {
  if (typeof text === "string") to.send(text);
  else to.sendBase64({ ...text, release: () => takeBack(text.bytes) });
}

function wireError(error: unknown, { method }: Request, log: Log): RpcError {
  if (error instanceof RpcError) return error;
  log(
    "rpc",
    () => `${JSON.stringify(method)} failed: ${error instanceof Error ? error.stack : error}`,
  );
  const reason = error instanceof Error ? error.message : String(error);
  return new RpcError("internal", reason, { cause: error });
}
