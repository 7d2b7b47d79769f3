/** A result that another program has made, on its way through this one. @module */

/** Is sent as it is: nobody here looks into it. */
export class PassedResult {
  /** The JSON text of the result; or its members, one of which holds bytes. */
  readonly content: string | Readonly<Record<string, unknown>>;

  constructor(content: string | Readonly<Record<string, unknown>>) {
    this.content = content;
  }
}
