/** Debug lines on standard error, one area at a time: `EXEC_SERVER_LOG=rpc,process` or `all`. @module */

/** Parts of the server that can be listened to. */
export type LogArea = "listen" | "rpc" | "session" | "process";

/** Writes one line, if its area is asked for. Lines hold ids and counts, never payloads. */
export type Log = (area: LogArea, line: () => string) => void;

/** A log for the areas named in a comma-separated list; nothing is built for the others. */
export function createLog(areas: string): Log {
  const wanted = new Set(areas.split(",").map((area) => area.trim()).filter((area) => area !== ""));
  if (wanted.size === 0) return () => {};
  return (area, line) => {
    if (wanted.has(area) || wanted.has("all")) {
      console.error(`${new Date().toISOString()} ${area}: ${line()}`);
    }
  };
}
