/** Which version this is, and which version of the reference it speaks. @module */

/** Version of this program. */
export const VERSION = "0.1.0";

/** Version of the reference whose wire protocol is spoken; sent as `executorVersion`. */
export const WIRE_VERSION = "0.169.0";
