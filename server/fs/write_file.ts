/** `fs/writeFile`: makes a file, or replaces what is in it. @module */

import type { Params, Result } from "../../protocol/methods/mod.ts";
import type { Call } from "../call.ts";
import { type Content, writeAtomically } from "./atomic_write.ts";
import type { FileSystem } from "./file_system.ts";
import { localPath, named, refuseSandbox } from "./path.ts";
import { linksOf, notRegular } from "./regular_file.ts";

/** In place: mode, owner and other names of the file stay. */
export async function writeFile(
  params: Params<"fs/writeFile">,
  call: Call,
): Promise<Result<"fs/writeFile">> {
  refuseSandbox(params.sandbox);
  const { machine, wantsExtensions } = call;
  const path = localPath(params.path, machine);
  const content = { path, links: linksOf(params), bytes: params.dataBase64 };
  // To a client without extensions the member is one of those it may send without effect.
  if (wantsExtensions && params.atomic === true) {
    await named(path, () => writeAtomically(content, call));
  } else {
    await named(path, () => writeInPlace(content, machine.files));
  }
  return {};
}

async function writeInPlace({ path, links, bytes }: Content, files: FileSystem): Promise<void> {
  const file = await files.open(path, { access: "write", create: true, truncate: true, links });
  try {
    // With links followed, devices and FIFOs take what is written, as the reference has it.
    if (links === "none" && (await file.status()).kind !== "file") throw notRegular(path, links);
    if (bytes.byteLength > 0) await file.write(bytes, 0);
  } finally {
    await file.close();
  }
}
