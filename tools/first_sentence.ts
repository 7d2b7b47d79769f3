/** Reads the sentence with which a file says its job. @module */

/** The first sentence of a file's `@module` comment, or nothing when it does not begin with one. */
export function firstSentence(text: string): string | undefined {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(text)?.[1];
  if (comment === undefined || !comment.includes("@module")) return undefined;
  const prose = comment.replace(/@module[\s\S]*/, "").replace(/\n\s*\* ?/g, " ").trim();
  const sentence = /^.*?[.!?](?=\s|$)/.exec(prose.replace(/\s+/g, " "))?.[0];
  return sentence ?? (prose === "" ? undefined : prose);
}
