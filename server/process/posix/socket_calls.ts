/** The calls of the C library of Linux that sockets need; loaded when they are first used. @module */

import { linux } from "./platform_linux.ts";

const symbols = {
  socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  accept4: { parameters: ["i32", "pointer", "pointer", "i32"], result: "i32" },
  recvmsg: { parameters: ["i32", "buffer", "i32"], result: "isize" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The functions. */
export type SocketCalls = Deno.DynamicLibrary<typeof symbols>["symbols"];

let loaded: SocketCalls | undefined;

/** @throws {Error} when they cannot be loaded */
export function loadSocketCalls(): SocketCalls {
  return loaded ??= Deno.dlopen(linux.library, symbols).symbols;
}

/**
 * Numbers for them, the same on x86-64 and arm64. Source: `<bits/socket.h>`, `<bits/socket_type.h>`,
 * `<asm-generic/socket.h>`, `<asm-generic/errno.h>`.
 */
export const socketNumbers = {
  AF_UNIX: 1,
  SOCK_STREAM: 1,
  SOCK_SEQPACKET: 5,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_LINGER: 13,
  SCM_RIGHTS: 1,
  IPPROTO_TCP: 6,
  TCP_NODELAY: 1,
  SHUT_WR: 1,
  MSG_DONTWAIT: 0x40,
  MSG_NOSIGNAL: 0x4000,
  MSG_CMSG_CLOEXEC: 0x4000_0000,
  EAGAIN: 11,
  EINPROGRESS: 115,
  ECONNABORTED: 103,
} as const;
