/** Collects what a search finds, and writes it in batches. @module */

import type { GrepMatch } from "../../../protocol/methods/fs_grep.ts";
import type { WalkEntry, WalkError } from "../../../protocol/methods/fs_walk.ts";
import type { Refusal, SearchReport } from "./search_request.ts";

/** A batch is written when it is about so long, in characters. */
const BATCH_LENGTH = 64 * 1024;

/** … or when its first finding has waited for so long, in milliseconds. */
const BATCH_MS = 50;

/** How often the number of files is told while nothing is found, in milliseconds. */
const PROGRESS_MS = 500;

/** Errors told about; there may be a million. */
const MOST_ERRORS = 1000;

/** What an item is about, beside its texts. */
const ITEM_LENGTH = 64;

/** Writes reports as lines. Writing waits until the reader has room, which is all that is needed. */
export class ReportWriter {
  readonly #write: (line: string) => void;
  readonly #now: () => number;
  #entries: WalkEntry[] = [];
  #matches: GrepMatch[] = [];
  #errors: WalkError[] = [];
  #length = 0;
  #sinceMs = 0;
  #writtenMs: number;
  #errorCount = 0;
  #files = 0;

  /**
   * @param write takes a line, its end included
   * @param now time in milliseconds
   */
  constructor(write: (line: string) => void, now: () => number) {
    this.#write = write;
    this.#now = now;
    this.#writtenMs = now();
  }

  /** A path was found. */
  addEntry(entry: WalkEntry): void {
    this.#entries.push(entry);
    this.#grow(entry.path.length);
  }

  /** A line was found. */
  addMatch(match: GrepMatch): void {
    this.#matches.push(match);
    this.#grow(match.path.length + match.text.length);
  }

  /** Something could not be read. */
  addError(error: WalkError): void {
    if (++this.#errorCount > MOST_ERRORS) return;
    this.#errors.push(error);
    this.#grow(error.path.length + error.message.length);
  }

  /** A file was searched. */
  countFile(): void {
    this.#files++;
    this.writeIfDue();
  }

  /** Writes what has waited long enough; a call for every little piece of work. */
  writeIfDue(): void {
    const now = this.#now();
    const isDue = this.#length > 0 && now - this.#sinceMs >= BATCH_MS;
    if (isDue || now - this.#writtenMs >= PROGRESS_MS) this.#writeReport({});
  }

  /** Writes the last line. */
  end(end: "complete" | "limit"): void {
    this.#writeReport({ end });
  }

  /** Writes the only line. */
  refuse(refusal: Refusal): void {
    this.#writeReport({ refusal });
  }

  #grow(length: number): void {
    if (this.#length === 0) this.#sinceMs = this.#now();
    this.#length += length + ITEM_LENGTH;
    if (this.#length >= BATCH_LENGTH) this.#writeReport({});
  }

  #writeReport(last: Pick<SearchReport, "end" | "refusal">): void {
    const [entries, matches, errors] = [this.#entries, this.#matches, this.#errors];
    const report: SearchReport = { files: this.#files, entries, matches, errors, ...last };
    [this.#entries, this.#matches, this.#errors, this.#length] = [[], [], [], 0];
    this.#writtenMs = this.#now();
    this.#write(`${JSON.stringify(report)}\n`);
  }
}
