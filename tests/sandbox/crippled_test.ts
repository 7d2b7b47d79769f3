/** Where a sandbox cannot be made, nothing runs, and the refusal says why and what to do. @module */

import { testRefusals } from "./crippled/refused.ts";

testRefusals(false);
