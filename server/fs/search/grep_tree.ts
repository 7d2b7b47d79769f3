/** Searches the files of a tree line by line. @module */

import { FileFault, isFault } from "../file_fault.ts";
import type { FileSystem, OpenFile } from "../file_system.ts";
import { excerpt } from "./excerpt.ts";
import { BlockReader } from "./file_blocks.ts";
import type { LineMatch, LineMatcher } from "./line_matcher.ts";
import type { ReportWriter } from "./report_writer.ts";
import type { Candidate } from "./search_tree.ts";

/** What to search with. */
export interface GrepOptions {
  /** Where the files are. */
  readonly files: FileSystem;
  /** What lines must hold. */
  readonly matcher: LineMatcher;
  /** Ends the search at so many. */
  readonly maxMatches: number;
  /** Told of what is found. */
  readonly writer: ReportWriter;
}

/** Searches one file after the other. */
export class FileSearch {
  readonly #options: GrepOptions;
  readonly #reader = new BlockReader();
  #left: number;

  constructor(options: GrepOptions) {
    this.#options = options;
    this.#left = options.maxMatches;
  }

  /** @returns false when there were as many matches as are wanted */
  async search({ path, uri }: Candidate): Promise<boolean> {
    const { files, writer } = this.#options;
    try {
      const file = await files.open(path, { access: "read", links: "last" });
      try {
        const { kind, size } = await file.status();
        // It may have been replaced since its directory was read.
        if (kind === "file") await this.#searchOpen(file, size, uri);
      } finally {
        await file.close();
      }
    } catch (error) {
      if (!(error instanceof FileFault) && !(error instanceof RangeError)) throw error;
      // What is gone meanwhile is simply not there.
      if (!isFault(error, "ENOENT")) writer.addError({ path: uri, message: error.message });
    }
    return this.#left > 0;
  }

  async #searchOpen(file: OpenFile, size: number, uri: string): Promise<void> {
    const { writer, matcher } = this.#options;
    let lastLine = -1;
    let isText = false;
    for await (const { text, line } of this.#reader.blocks(file, size)) {
      isText = true;
      for (const match of matcher.matches(text)) {
        // A line of several pieces is told once.
        if (line + match.line === lastLine) continue;
        lastLine = line + match.line;
        this.#tell(match, lastLine + 1, uri);
        if (--this.#left === 0) break;
      }
      if (this.#left === 0) break;
      writer.writeIfDue();
    }
    if (isText || size === 0) writer.countFile();
  }

  #tell(match: LineMatch, line: number, path: string): void {
    this.#options.writer.addMatch({ path, line, ...excerpt(match) });
  }
}
