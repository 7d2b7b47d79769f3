/** `initialize` and `initialized`: how a connection finds its session. @module */

import type { NotificationSpec, RequestSpec } from "../method.ts";
import { anything, flag, nullable, optional, type Schema, struct, text } from "../schema.ts";
import { type EnvironmentInfo, environmentInfo } from "./environment.ts";

/** Parameters of `initialize`. */
export interface InitializeParams {
  /** Who calls, for logs; may be empty. */
  readonly clientName: string;
  /** A detached session to take over; null or absent for a new one. Acts as a secret. */
  readonly resumeSessionId?: string | null | undefined;
  /**
   * Extension, announced as `sessionTakeOver`: take the session over also from a connection that
   * the server still takes for alive, which then ends; default false.
   */
  readonly takeOver?: boolean | null | undefined;
  /**
   * Extension: true when the client knows the extensions that `capabilities` announces, and wants
   * them where they change what a client of the reference would see. Counts for this connection.
   */
  readonly extensions?: boolean | null | undefined;
}

/** Result of `initialize`. */
export interface InitializeResult {
  /** Names the session, and is the secret that resumes it: 36 characters, a UUID. */
  readonly sessionId: string;
  /** Older servers leave it out; then ask `environment/info`. */
  readonly environmentInfo?: EnvironmentInfo | undefined;
}

const initializeParams: Schema<InitializeParams> = struct<InitializeParams>("InitializeParams", {
  clientName: text,
  resumeSessionId: optional(nullable(text)),
  takeOver: optional(nullable(flag)),
  extensions: optional(nullable(flag)),
});

const initializeResult: Schema<InitializeResult> = struct<InitializeResult>("InitializeResponse", {
  sessionId: text,
  environmentInfo: optional(environmentInfo),
});

/** Requests of the handshake, by name. */
export interface SessionRequests {
  /** See its row. */
  readonly "initialize": RequestSpec<InitializeParams, InitializeResult>;
}

/** The rows of these requests. */
export const sessionRequests: SessionRequests = {
  "initialize": {
    params: initializeParams,
    result: initializeResult,
    paramsType: "InitializeParams",
    resultType: "InitializeResult",
    phase: "handshake",
    lane: "control",
    family: "session",
    ordering: "none",
    errors: ["outOfPhase", "unknownSession", "sessionAttached"],
    since: "0.169.0",
    summary: "Opens a new session on this connection, or takes over a detached one.",
  },
};

/** Notifications of the handshake, by name. */
export interface SessionNotifications {
  /** See its row. */
  readonly "initialized": NotificationSpec<unknown>;
}

/** The rows of these notifications. */
export const sessionNotifications: SessionNotifications = {
  "initialized": {
    // Odd parameters are ignored, as the reference does.
    params: anything,
    paramsType: "nothing",
    direction: "toServer",
    since: "0.169.0",
    summary: "Ends the handshake; every other method is refused before it.",
  },
};
