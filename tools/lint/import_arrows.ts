/** Lint rule: a source imports only what the table of arrows lets it. @module */

import { forbiddenImport } from "../arrows.ts";
import { isWithin, projectPath } from "./place.ts";

/** Reports imports against the arrows, and `node:` imports in `protocol/`. */
export const importArrows: Deno.lint.Rule = {
  create(context) {
    const from = projectPath(context.filename);

    function check(node: Deno.lint.Node, specifier: unknown): void {
      if (typeof specifier !== "string") return;
      const message = complaint(from, specifier);
      if (message !== undefined) context.report({ node, message });
    }

    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ImportExpression: (node) => check(node, literalText(node.source)),
      TSImportType: (node) => check(node, literalText(node.argument)),
    };
  },
};

function complaint(from: string, specifier: string): string | undefined {
  if (specifier.startsWith("node:") && isWithin(from, ["protocol/"])) {
    return `${from} imports ${specifier}: protocol is pure web-standard TypeScript`;
  }
  if (!specifier.startsWith(".")) return undefined;
  // The host name is of no account: only the path is resolved.
  const to = new URL(specifier, `http://project/${from}`).pathname.slice(1);
  return forbiddenImport(from, to);
}

function literalText(node: Deno.lint.Node): unknown {
  if (node.type === "TSLiteralType") return literalText(node.literal);
  return node.type === "Literal" ? node.value : undefined;
}
