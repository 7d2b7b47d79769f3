/** Every size and time that both sides rely on, with the relations between them. @module */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Limits of the wire. Sizes in bytes, times in milliseconds. Source: the reference, 0.169.0. */
export const limits = {
  /** Largest single WebSocket frame a server takes; a larger one drops the connection. */
  maxFrameBytes: 16 * MIB,
  /** Largest message (fragments together, or one stdio line); a larger one drops the connection. */
  maxMessageBytes: 64 * MIB,
  /** Largest frame and message a client takes: a whole file comes as one base64 text. */
  maxAnswerBytes: 768 * MIB,
  /** Containers nested in one message. */
  maxDepth: 127,
  /** JSON values (objects, arrays, scalars; not keys) in one message. */
  maxValues: 262_144,
  /** Largest HTTP request head a listener reads before it gives up on the caller. */
  maxRequestHeadBytes: 16 * KIB,
  /** Time a caller has to send its HTTP request head; a silent socket is closed after it. */
  requestHeadMs: 10_000,
  /** Between two pings of a WebSocket server. Missing pongs are not punished. */
  pingIntervalMs: 30_000,

  /** Largest piece of output in one `process/output`; one pipe read. The reference sends 8 KiB. */
  maxChunkBytes: 64 * KIB,
  /** Output kept per process for readers and reconnecting clients; oldest whole chunks go first. */
  retainedBytes: 1 * MIB,
  /** Output chunks kept per process. */
  retainedChunks: 50_000,
  /** Output that may be on its way to a client that acknowledges; well below what is retained. */
  unackedBytes: 640 * KIB,
  /** The same in chunks. */
  unackedChunks: 40_000,
  /** A client acknowledges after so many bytes of output. */
  ackBytes: 128 * KIB,
  /** Or after so many events. */
  ackEvents: 4096,
  /** Processes that one `process/list` tells of, the latest. */
  listedProcesses: 10_000,
  /** Characters of ids, directories and arguments in one such answer, about. */
  listedCharacters: 8 * MIB,
  /** Characters of a process's arguments that are kept for lists. */
  listedArgvCharacters: 1024,
  /** Aliases of one session, made by `process/attach`. */
  attachedProcesses: 1024,
  /** Remembered `writeId`s per process, oldest forgotten first. */
  rememberedWrites: 4096,
  /** Writes waiting per process before `process/write` stops answering. */
  queuedWrites: 128,
  /** Bytes waiting per process before `process/write` stops answering, so that few big ones count. */
  queuedWriteBytes: 4 * MIB,

  /** A session without connection is kept this long, then its processes end. */
  detachedSessionMs: 80_000,
  /** A process is kept this long after `process/closed`. */
  closedProcessMs: 80_000,
  /** How long a client tries to resume; must stay below `detachedSessionMs`. */
  recoveryMs: 45_000,
  /** A client asks a server for a sign of life after so long a silence. */
  heartbeatIntervalMs: 10_000,
  /** And takes the connection for dead when none comes in this time. */
  heartbeatTimeoutMs: 10_000,
  /** A client waits this long for a connection. */
  connectMs: 10_000,
  /** A client waits this long for the answer to `initialize`. */
  initializeMs: 10_000,

  /** Outgoing bytes queued on a connection at which the server stops producing. */
  sendHighWaterBytes: 1 * MIB,
  /** Outgoing bytes queued at which it goes on. */
  sendLowWaterBytes: 256 * KIB,
  /** Requests served at once per lane and connection unless `--concurrent-requests` says less. */
  concurrentRequests: 1024,
  /** Requests read ahead of a free place, per connection; then the server stops reading. */
  waitingRequests: 256,

  /** Outgoing bytes queued at which it reads no more requests; above the mark that stops output,
   * so that a client which is flooded can still terminate. */
  readHighWaterBytes: 2 * MIB,
  /** Bytes of requests not yet answered, per connection, at which it reads no more. */
  pendingRequestBytes: 16 * MIB,
  /** Bytes of large answers in the making, with those queued, per connection; a single one may be
   * larger. */
  answerBytesInWork: 2 * MIB,
  /** An answer in the making for longer counts no more among them: its file system may hang. */
  slowAnswerMs: 1_000,
  /** So many of these at most, per connection. */
  slowAnswers: 16,
  /** Files open per connection. Source: the reference. */
  openFiles: 128,
  /** Longest id of an open file in bytes of UTF-8. Source: the reference. */
  handleIdBytes: 32,
  /** Largest block of an open file read or written at once. Source: the reference. */
  maxBlockBytes: 1 * MIB,
  /** File operations at work at once, on disks of the machine and on other file systems each; the
   * runtime's pool of 32 threads serves processes too. */
  concurrentFileOperations: 8,
  /** How long an ending transport waits for what is still queued. */
  finishMs: 2_000,

  /** Largest file `fs/readFile` returns. Source: the reference. */
  readFileBytes: 512 * MIB,
  /** Events a client keeps per process while a gap before them is filled. */
  reorderEvents: 256,
  /** Bytes a client keeps per process for a slow reader; then it falls back on `process/read`. */
  clientBufferBytes: 4 * MIB,
} as const;
