/** A workspace and the policy under which commands run in it. @module */

import { FileScratch } from "./file_scratch.ts";
import type { JsonObject } from "./message_text.ts";

/** A workspace with a repository, and something beside it that is nobody's business. */
export class SandboxScene implements AsyncDisposable {
  readonly #scratch: FileScratch;

  /** Use {@linkcode SandboxScene.make}. */
  constructor(scratch: FileScratch) {
    this.#scratch = scratch;
  }

  /** Makes both. */
  static async make(): Promise<SandboxScene> {
    const scratch = await FileScratch.make();
    // What is missing would have to be made for each command, by ours and by the reference.
    for (const name of [".git/hooks", ".agents", ".codex", ".aws"]) {
      await Deno.mkdir(scratch.path(`work/${name}`), { recursive: true });
    }
    await Deno.writeTextFile(scratch.path("work/.git/config"), "[core]\n");
    await Deno.writeFile(scratch.path("work/file"), new Uint8Array(4096));
    await Deno.mkdir(scratch.path("secret"));
    await Deno.writeTextFile(scratch.path("secret/key"), "key");
    return new SandboxScene(scratch);
  }

  /** Path of the workspace. */
  get workspace(): string {
    return this.#scratch.path("work");
  }

  /** A path in the workspace as the wire wants it. */
  uri(name: string): string {
    return this.#scratch.uri(`work/${name}`);
  }

  /**
   * Everything may be read, the workspace written, and there is no network.
   * @param denies whether the directory beside it is hidden, so that reading needs the sandbox, too
   */
  intent(denies: boolean): JsonObject {
    const root = { type: "special", value: { kind: "root" } };
    const project = { type: "special", value: { kind: "project_roots" } };
    const secret = { type: "path", path: this.#scratch.uri("secret") };
    const entries = [
      { path: root, access: "read" },
      { path: project, access: "write" },
      ...(denies ? [{ path: secret, access: "deny" }] : []),
    ];
    const cwd = this.#scratch.uri("work");
    return {
      permissions: {
        type: "managed",
        network: "restricted",
        file_system: { type: "restricted", entries },
      },
      cwd,
      workspaceRoots: [cwd],
      windowsSandboxLevel: "disabled",
    };
  }

  /** Removes both. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scratch[Symbol.asyncDispose]();
  }
}
