/** Where a trial of the sandbox never ends, nothing runs either. @module */

import { testRefusals } from "../sandbox/crippled/refused.ts";

testRefusals(true);
