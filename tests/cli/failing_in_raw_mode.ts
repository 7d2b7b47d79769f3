/** A program that fails while its terminal is in raw mode, in the way its argument says. @module */
import { RawMode } from "../../cli/raw_mode.ts";

const mode = new RawMode();
switch (Deno.args[0]) {
  case "throw":
    queueMicrotask(() => {
      throw new Error("Thrown");
    });
    break;
  case "reject":
    void Promise.reject(new Error("Rejected"));
    break;
  case "dispose":
    mode[Symbol.dispose]();
    mode[Symbol.dispose]();
}
