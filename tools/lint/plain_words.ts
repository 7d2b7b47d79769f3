/** Lint rules: what an error says, and that a type assertion says why it is right. @module */

import { isSource, projectPath } from "./place.ts";

/** `new RpcError` carries texts that the protocol dictates. */
const wireErrors = ["RpcError"];

/** Reports error texts that do not start upper-case (or with a value) or end with a full stop. */
export const errorMessage: Deno.lint.Rule = {
  create(context) {
    return {
      NewExpression(node) {
        if (node.callee.type !== "Identifier" || !node.callee.name.endsWith("Error")) return;
        if (wireErrors.includes(node.callee.name)) return;
        for (const argument of node.arguments.slice(0, 2)) {
          const text = sentence(argument);
          if (text === undefined) continue;
          if (/^[a-z]/.test(text)) {
            const message = "An error text starts upper-case or with a quoted value";
            context.report({ node: argument, message });
          }
          if (text.endsWith(".")) {
            context.report({
              node: argument,
              message: "An error text has no full stop at its end",
            });
          }
        }
      },
    };
  },
};

/** The text of a literal with more than one word; others are keys. A value in it reads as `"`. */
function sentence(node: Deno.lint.Node): string | undefined {
  const text = literalText(node);
  return text?.includes(" ") ? text : undefined;
}

function literalText(node: Deno.lint.Node): string | undefined {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node.type !== "TemplateLiteral") return undefined;
  return node.quasis.map((part) => part.cooked).join('"');
}

/** Reports `as` and `<T>` assertions in the sources with no comment on their line or the one above. */
export const assertionReason: Deno.lint.Rule = {
  create(context) {
    if (!isSource(projectPath(context.filename))) return {};
    const { text } = context.sourceCode;

    function lineOf(offset: number): number {
      return text.slice(0, offset).split("\n").length;
    }

    function check(node: Deno.lint.TSAsExpression | Deno.lint.TSTypeAssertion): void {
      if (isConst(node.typeAnnotation)) return;
      const [from, to] = [lineOf(node.range[0]) - 1, lineOf(node.range[1])];
      const explained = context.sourceCode.getAllComments().some(({ range }) =>
        lineOf(range[1]) >= from && lineOf(range[0]) <= to
      );
      if (explained) return;
      const message = "A type assertion has no comment beside it that says why it is right";
      context.report({ node, message });
    }

    return { TSAsExpression: check, TSTypeAssertion: check };
  },
};

function isConst(type: Deno.lint.Node): boolean {
  return type.type === "TSTypeReference" && type.typeName.type === "Identifier" &&
    type.typeName.name === "const";
}
