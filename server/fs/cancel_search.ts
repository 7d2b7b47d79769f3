/** `fs/cancelSearch`: ends a search of this connection. @module */

import type { CancelSearchParams } from "../../protocol/methods/fs_grep.ts";
import type { Empty } from "../../protocol/methods/nothing.ts";
import type { Call } from "../call.ts";

/** Ends it; the search itself is answered as truncated. Unknown ids are no error. */
export function cancelSearch({ searchId }: CancelSearchParams, { holdings }: Call): Empty {
  holdings.searches.cancel(searchId);
  return {};
}
