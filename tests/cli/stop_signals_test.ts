/** Which signal does what, without any real one. @module */
import { assertEquals } from "@std/assert";
import { type StopSignal, StopSignals } from "../../cli/stop_signals.ts";
import { ManualClock } from "../client/manual_clock.ts";

function rig() {
  const clock = new ManualClock();
  const listeners = new Map<StopSignal, () => void>();
  const calls: string[] = [];
  const signals = new StopSignals((name, listener) => {
    listeners.set(name, listener);
    return () => listeners.delete(name);
  }, clock);
  const process = {
    interrupt: () => Promise.resolve(void calls.push("interrupt")),
    terminate: () => Promise.resolve(calls.push("terminate") > 0),
  };
  const send = (name: StopSignal) => listeners.get(name)?.();
  return { clock, listeners, calls, signals, process, send };
}

Deno.test("StopSignals interrupts first and terminates when asked again within 2 seconds", () => {
  const { clock, calls, signals, process, send } = rig();
  signals.attach(process);
  send("SIGINT");
  clock.advance(2000);
  send("SIGINT");
  clock.advance(1999);
  send("SIGINT");
  assertEquals(calls, ["interrupt", "interrupt", "terminate"]);
});

Deno.test("StopSignals gives up waiting on one more signal", async () => {
  const { signals, process, calls, send } = rig();
  signals.attach(process);
  send("SIGTERM");
  send("SIGINT");
  assertEquals(await signals.givenUp, 130);
  assertEquals(calls, ["terminate"]);
});

Deno.test("StopSignals terminates at once on SIGTERM and SIGHUP", () => {
  for (const name of ["SIGTERM", "SIGHUP"] as const) {
    const { signals, process, calls, send } = rig();
    signals.attach(process);
    send(name);
    assertEquals(calls, ["terminate"]);
  }
});

Deno.test("StopSignals ends the attempt to start when there is no process yet", async () => {
  const { signals, send } = rig();
  send("SIGHUP");
  assertEquals(signals.starting.aborted, true);
  assertEquals(await signals.givenUp, 129);
});

Deno.test("StopSignals stops listening when it is disposed of", () => {
  const { signals, listeners } = rig();
  assertEquals(listeners.size, 3);
  signals[Symbol.dispose]();
  assertEquals(listeners.size, 0);
});
