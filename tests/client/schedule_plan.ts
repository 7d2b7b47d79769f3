/** What a seed stands for: a transport, a program, and what is done to the connections. @module */

import { seededRandom } from "../support/seeded_random.ts";

/** How clients reach a server. */
export type TransportName = "websocket" | "unix";

/** What runs; sizes are in bytes. */
export type Program =
  /** Copies its input to its output. */
  | { readonly kind: "copy"; readonly size: number; readonly exitCode: number }
  /** Prints on both streams at once. */
  | {
    readonly kind: "print";
    readonly size: number;
    readonly errorSize: number;
    readonly exitCode: number;
  }
  /** Copies what is typed into its terminal. */
  | { readonly kind: "terminal"; readonly size: number; readonly exitCode: number };

/** Something that happens to the server, once. */
export interface ServerFault {
  /** A restart loses every session; a stop lasts a while. */
  readonly kind: "restart" | "stop";
  /** During which connection. */
  readonly connection: number;
  /** After how many bytes from the server. */
  readonly afterBytes: number;
  /** How long it is stopped, in milliseconds. */
  readonly stopMs: number;
}

/** How a connection ends early; either number may be beyond its end. */
export interface Ending {
  readonly kind: "cut" | "freeze";
  /** After how many bytes to the server. */
  readonly toServer: number;
  /** After how many bytes to the client. */
  readonly toClient: number;
}

/** Everything that is decided before anything runs. */
export interface Schedule {
  readonly seed: number;
  readonly transport: TransportName;
  readonly program: Program;
  /** Of the first connections, in turn; later ones are left alone. */
  readonly endings: readonly Ending[];
  /** Every piece of every connection is late by so much; 0: none. */
  readonly delayMs: number;
  /** Every so many messages of the server are delivered twice; 0: none. */
  readonly repeatEvery: number;
  /** The first connection is cut behind this message; 0: it is not. */
  readonly lastFrame: number;
  readonly server: ServerFault | undefined;
}

const MOST_BYTES = 8 * 1024 * 1024;
const MOST_TERMINAL_BYTES = 128 * 1024;
/** The upgrade, the handshake and the start, roughly. */
const OPENING_BYTES = 4000;
/** Within so many bytes of a connection most is decided. */
const DENSE_BYTES = 1500;
const MOST_ENDINGS = 8;

/** Decides everything by a seed. */
export function planOf(seed: number): Schedule {
  const random = seededRandom(seed);
  const happens = (share: number) => random() < share;
  const transport = happens(0.5) ? "websocket" : "unix";
  const program = programOf(random);
  const span = OPENING_BYTES + 2 * program.size;
  const somewhere = () => Math.floor(happens(0.3) ? DENSE_BYTES * random() : span * random() ** 3);
  const endings = happens(0.75)
    ? Array.from({ length: 1 + Math.floor(random() * MOST_ENDINGS) }, () => ({
      kind: happens(0.06) ? "freeze" as const : "cut" as const,
      toServer: somewhere(),
      toClient: somewhere(),
    }))
    : [];
  return {
    seed,
    transport,
    program,
    endings,
    delayMs: happens(0.2) ? 1 + Math.floor(random() * 3) : 0,
    repeatEvery: happens(0.3) ? 1 + Math.floor(random() * 5) : 0,
    lastFrame: happens(0.2) ? 1 + Math.floor(random() * 12) : 0,
    server: happens(0.25) ? serverFault(random, endings, span) : undefined,
  };
}

function programOf(random: () => number): Program {
  const size = Math.floor(MOST_BYTES * random() ** 4);
  const exitCode = Math.floor(random() * 100);
  const which = random();
  if (which < 0.5) return { kind: "copy", size, exitCode };
  if (which < 0.8) {
    // Together as much as one stream may be.
    const errorSize = Math.floor(size * random());
    return { kind: "print", size: size - errorSize, errorSize, exitCode };
  }
  return { kind: "terminal", size: Math.floor(size * MOST_TERMINAL_BYTES / MOST_BYTES), exitCode };
}

function serverFault(
  random: () => number,
  endings: readonly Ending[],
  span: number,
): ServerFault {
  const connection = random() < 0.8 ? 1 : 2;
  // Mostly while the connection is there, and bytes still come.
  const most = Math.min(span / 2, endings[connection - 1]?.toClient ?? Infinity);
  return {
    kind: random() < 0.3 ? "restart" : "stop",
    connection,
    afterBytes: Math.floor(most * random()),
    stopMs: 10 + Math.floor(490 * random()),
  };
}
