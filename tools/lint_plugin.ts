/** The project's own lint rules, one line each; `deno lint` loads this file. @module */

import { noDefaultExport, noEnum, noNamespace, noPrivateKeyword } from "./lint/house_words.ts";
import { noTopLevelArrow } from "./lint/house_words.ts";
import { importArrows } from "./lint/import_arrows.ts";
import { oneDoor } from "./lint/one_door.ts";
import { fileLength, fileName } from "./lint/plain_files.ts";
import { assertionReason, errorMessage } from "./lint/plain_words.ts";

const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "import-arrows": importArrows,
    "one-door": oneDoor,
    "file-length": fileLength,
    "file-name": fileName,
    "no-private-keyword": noPrivateKeyword,
    "no-top-level-arrow": noTopLevelArrow,
    "no-enum": noEnum,
    "no-namespace": noNamespace,
    "no-default-export": noDefaultExport,
    "error-message": errorMessage,
    "assertion-reason": assertionReason,
  },
};

export default plugin;
