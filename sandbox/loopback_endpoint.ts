/** A loopback address and a port, and how it is handed to the kernel. Pure. @module */

/** Where a program of this machine listens for others of this machine. */
export interface LoopbackEndpoint {
  /** `127.0.0.1`, another address that begins with 127, or `::1`. */
  readonly address: string;
  /** 1 to 65 535. */
  readonly port: number;
}

/** Bytes of one address in a list of them: the longest `sockaddr`, and 4 of nothing. */
export const ENDPOINT_BYTES = 32;
/** Bytes of it that the kernel is to look at; it takes more than an address of IPv4 has. */
export const SOCKET_ADDRESS_BYTES = 28;
/** The most endpoints that a list holds. */
export const MOST_ENDPOINTS = 32;
/** Numbers of address families, the same on both architectures. Source: `<bits/socket.h>`. */
export const addressFamilies = { internet: 2, internet6: 10 } as const;

/** The `sockaddr_in` or `sockaddr_in6`, with zeros behind it. Its first byte is the family. */
export function endpointBytes({ address, port }: LoopbackEndpoint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(ENDPOINT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, port);
  if (address === "::1") {
    view.setUint16(0, addressFamilies.internet6, true);
    bytes[23] = 1;
  } else {
    view.setUint16(0, addressFamilies.internet, true);
    bytes.set(address.split(".").map(Number), 4);
  }
  return bytes;
}

/** As it is written in a URL; no two are written alike. */
export function endpointText({ address, port }: LoopbackEndpoint): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
