/** Lint rules: keywords and shapes of declaration the house style does without. @module */

import { projectPath } from "./place.ts";

/** Deno finds a lint plugin by its default export. */
const mayExportDefault = ["tools/lint_plugin.ts"];

/** Reports `private`: a `#name` is private when the program runs, too. */
export const noPrivateKeyword: Deno.lint.Rule = {
  create(context) {
    function check(node: Deno.lint.Node, accessibility: string | undefined): void {
      if (accessibility !== "private") return;
      context.report({
        node,
        message: "A member is private by its keyword: name it with # instead",
      });
    }
    return {
      PropertyDefinition: (node) => check(node, node.accessibility),
      MethodDefinition: (node) => check(node, node.accessibility),
      // Deno 2.7 leaves `accessibility` out here, so the text has to tell.
      TSParameterProperty: (node) =>
        check(
          node,
          context.sourceCode.getText(node).startsWith("private ") ? "private" : undefined,
        ),
    };
  },
};

/** Reports arrow functions bound to a name at the top level of a file. */
export const noTopLevelArrow: Deno.lint.Rule = {
  create(context) {
    function check(node: Deno.lint.VariableDeclarator): void {
      if (node.init?.type !== "ArrowFunctionExpression") return;
      context.report({ node, message: "A top-level arrow function has a name: write a function" });
    }
    return {
      "Program > VariableDeclaration > VariableDeclarator": check,
      "Program > ExportNamedDeclaration > VariableDeclaration > VariableDeclarator": check,
    };
  },
};

/** Reports `enum`: a union of literals needs no code and no import. */
export const noEnum: Deno.lint.Rule = {
  create(context) {
    return {
      TSEnumDeclaration: (node) =>
        context.report({ node, message: "An enum is declared: write a union of literals" }),
    };
  },
};

/** Reports `namespace`: a file is the namespace. */
export const noNamespace: Deno.lint.Rule = {
  create(context) {
    return {
      TSModuleDeclaration(node) {
        if (node.kind === "global") return;
        context.report({ node, message: "A namespace is declared: a file is the namespace" });
      },
    };
  },
};

/** Reports default exports: they have no name to search for. */
export const noDefaultExport: Deno.lint.Rule = {
  create(context) {
    if (mayExportDefault.includes(projectPath(context.filename))) return {};
    return {
      ExportDefaultDeclaration: (node) =>
        context.report({ node, message: "A default export has no name to search for: name it" }),
    };
  },
};
