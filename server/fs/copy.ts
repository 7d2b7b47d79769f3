/** `fs/copy`: copies a file, a link or a directory. @module */

import { RpcError } from "../../protocol/errors.ts";
import type { Params, Result } from "../../protocol/methods/mod.ts";
import { displayPath } from "../../protocol/native_path.ts";
import type { Call } from "../call.ts";
import { copyFile, copyLink } from "./copy_file.ts";
import { copyTree } from "./copy_tree.ts";
import { localPath, named, refuseSandbox } from "./path.ts";
import { requireWaiting } from "./steps.ts";

/** A link is copied as a link; a directory into the one that is there. */
export async function copy(params: Params<"fs/copy">, call: Call): Promise<Result<"fs/copy">> {
  refuseSandbox(params.sandbox);
  const { machine } = call;
  const from = localPath(params.sourcePath, machine);
  const to = localPath(params.destinationPath, machine);
  const { kind } = await named(from, () => machine.files.status(from, "last"));
  switch (kind) {
    case "file":
      await copyFile({ from, to }, call);
      return {};
    case "symlink":
      await copyLink({ from, to }, call);
      return {};
    case "directory":
      if (!params.recursive) {
        throw refused("requires recursive: true when sourcePath is a directory");
      }
      await call.holdings.searches.trees.run(async () => {
        requireWaiting(call.signal);
        await copyTree({ from, to }, call);
      });
      return {};
    case "other":
      throw refused("only supports regular files, directories, and symlinks", from);
  }
}

function refused(words: string, path?: string): RpcError {
  const where = path === undefined ? "" : `: "${displayPath(path)}"`;
  return new RpcError("fileRefused", `fs/copy ${words}${where}`);
}
