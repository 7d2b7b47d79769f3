/** The npm package `ws`, typed: a WebSocket client that shares no code with this project. @module */
// @ts-types="../../types/ws.d.ts"
export { WebSocket } from "ws";
