/** The part of `@std/toml` this project uses. @module */

/**
 * Reads a TOML document. A key that is given twice has its last value.
 * @throws {SyntaxError} the message may quote the document
 */
export function parse(text: string): Record<string, unknown>;
