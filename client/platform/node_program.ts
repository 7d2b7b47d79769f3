/** Starts a server as a child by the means of Node and Bun. @module */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import process from "node:process";
import type { Readable, Writable } from "node:stream";
import {
  DirectoryNotFound,
  ProgramNotFound,
  type ProgramRequest,
  type ServerProgram,
} from "./server_program.ts";

/**
 * Starts a server.
 * @throws {ProgramNotFound} when there is none
 * @throws {DirectoryNotFound} when there is none to start it in
 * @throws {Error} in the system's words
 */
export async function startProgram(request: ProgramRequest): Promise<ServerProgram> {
  const child = await spawned(request);
  const { pid, stdin, stdout, stderr } = child;
  if (pid === undefined || stdin === null || stdout === null) {
    throw new Error("Cannot speak to the child: it has no streams");
  }
  const target = request.leadsGroup ? -pid : pid;
  let hasExited = child.exitCode !== null || child.signalCode !== null;
  const exited = hasExited ? Promise.resolve() : new Promise<void>((resolve) => {
    child.once("exit", () => {
      hasExited = true;
      resolve();
    });
  });
  return {
    stdout: readableOf(stdout),
    stdin: writableOf(stdin),
    stderr: stderr === null ? undefined : readableOf(stderr),
    exited,
    kill(signal) {
      if (hasExited) return;
      try {
        process.kill(target, signal);
      } catch {
        // It has just ended, which is what was wanted.
      }
    },
  };
}

async function spawned(request: ProgramRequest): Promise<ChildProcess> {
  const { program, args, env, cwd, leadsGroup, stderr } = request;
  try {
    const errors = stderr === "piped" ? "pipe" : stderr === "null" ? "ignore" : "inherit";
    const child = spawn(program, [...args], {
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
      stdio: ["pipe", "pipe", errors],
      detached: leadsGroup,
    });
    await once(child, "spawn");
    return child;
  } catch (error) {
    if (cwd !== undefined && isNoDirectory(cwd)) {
      throw new DirectoryNotFound(`No directory "${cwd}"`, { cause: error });
    }
    if (!(error instanceof Error && hasCode(error, "ENOENT"))) throw error;
    throw new ProgramNotFound(error.message, { cause: error });
  }
}

/** Whether it is certain that there is no directory of that name. */
function isNoDirectory(path: string): boolean {
  try {
    return !statSync(path).isDirectory();
  } catch (error) {
    return hasCode(error, "ENOENT") || hasCode(error, "ENOTDIR");
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Made by hand: the runtimes' own adapters differ in what a closed pipe does. */
function readableOf(source: Readable): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      source.on("data", (chunk: Uint8Array<ArrayBuffer>) => {
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) source.pause();
      });
      // A pipe that breaks has said all it will say.
      source.once("close", () => closeQuietly(controller));
      source.on("error", () => {});
      source.pause();
    },
    pull() {
      source.resume();
    },
    cancel() {
      source.destroy();
    },
  });
}

function closeQuietly(controller: ReadableStreamDefaultController): void {
  try {
    controller.close();
  } catch {
    // It was cancelled, which closes it too.
  }
}

function writableOf(sink: Writable): WritableStream<Uint8Array<ArrayBuffer>> {
  return new WritableStream({
    start(controller) {
      sink.on("error", (error) => controller.error(error));
    },
    write(chunk) {
      return new Promise<void>((resolve, reject) => {
        sink.write(chunk, (error) => error ? reject(error) : resolve());
      });
    },
    close() {
      sink.end();
    },
    abort() {
      sink.destroy();
    },
  });
}
