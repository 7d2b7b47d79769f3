/** The npm package `ws` as a server: a WebSocket peer that shares no code with this project. @module */
// @ts-types="./ws_server.d.ts"
export { WebSocketServer } from "ws";
