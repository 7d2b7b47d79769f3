/** `process/closeStdin` in a real terminal: after unfinished text, and input that goes on. @module */
import { assertEquals } from "@std/assert";
import { check } from "../conformance/check.ts";
import { sharedServer } from "../support/shared_server.ts";
import { startScript } from "./terminal.ts";

const server = sharedServer();

check("closeStdin after an unfinished line ends a program that reads lines", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "cat; echo over; exit 3");
  await terminal.type("half");
  await terminal.until("half");
  assertEquals(await terminal.closeStdin(), "accepted");
  await terminal.until("half");
  await terminal.until("over\r\n");
  assertEquals(await terminal.end(), 3);
}, { only: "ours" });

check("a terminal takes input after closeStdin, for the next program that reads", async () => {
  await using peer = await server().session();
  const terminal = await startScript(peer, "cat; echo one; cat; echo two");
  await terminal.type("a");
  assertEquals(await terminal.closeStdin(), "accepted");
  await terminal.until("one\r\n");
  assertEquals(await terminal.type("b\n"), "accepted");
  await terminal.until("b\r\nb\r\n");
  assertEquals(await terminal.closeStdin(), "accepted");
  await terminal.until("two\r\n");
  assertEquals(await terminal.end(), 0);
}, { only: "ours" });
