/** Writes the types of the library: one `.d.ts` for every source that its doors lead to. @module */

import { run } from "./run.ts";

/** The compiler of types; by name, because nothing but packaging needs it. */
export const TYPESCRIPT = "npm:typescript@5.9.3/tsc";

/** The sources say what the decoder's schemas are; their users only see that a decoder is one. */
const SCHEMA_LIBRARY = `/** A decoder; what it is made of is the library's own affair. */
export interface GenericSchema<Input = unknown, Output = Input> {
  readonly "~decodes"?: { readonly input: Input; readonly output: Output };
}
/** The decoder of a member that may be absent. */
export interface OptionalSchema<Schema, Default> extends GenericSchema {
  readonly "~wraps"?: { readonly schema: Schema; readonly default: Default };
}
`;

/** Which sources, and where their types go. */
export interface DeclarationRequest {
  /** The folder with the sources. */
  readonly folder: string;
  /** The doors, relative to it. */
  readonly doors: readonly string[];
  /** Where the types go, in the same folders as the sources. */
  readonly output: string;
}

/**
 * Writes the types.
 * @throws {Error} with the compiler's complaints
 */
export async function writeDeclarations(request: DeclarationRequest): Promise<void> {
  const { folder, doors, output } = request;
  const project = {
    compilerOptions: {
      target: "esnext",
      module: "esnext",
      moduleResolution: "bundler",
      lib: ["esnext", "dom"],
      types: [],
      strict: true,
      declaration: true,
      emitDeclarationOnly: true,
      // Deno has checked them.
      noCheck: true,
      allowImportingTsExtensions: true,
      rootDir: folder,
      outDir: output,
    },
    files: doors.map((door) => `${folder}/${door}`),
  };
  await Deno.writeTextFile(`${folder}/tsconfig.json`, JSON.stringify(project));
  const deno = Deno.execPath();
  await run(deno, ["run", "-A", "--no-lock", TYPESCRIPT, "-p", folder], { cwd: folder });
  await rewriteImports(output, output);
  await Deno.writeTextFile(`${output}/schema_library.d.ts`, SCHEMA_LIBRARY);
}

/** `./a.ts` becomes `./a.js`, which every resolver of types understands. */
async function rewriteImports(folder: string, top: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) {
      await rewriteImports(path, top);
      continue;
    }
    const up = "../".repeat(path.slice(top.length + 1).split("/").length - 1) || "./";
    const text = await Deno.readTextFile(path);
    const rewritten = text.replace(/(from |import\()"(\.[^"]*)\.ts"/g, '$1"$2.js"')
      .replace(/from "valibot"/g, `from "${up}schema_library.js"`);
    await Deno.writeTextFile(path, rewritten);
  }
}
