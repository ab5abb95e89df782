import type { Server } from "node:http";
import type { Socket } from "node:net";
import { ocspErrors, type OcspAnswer } from "@/lib/status/ocsp-answer";
import {
  cacheFields,
  getFields,
  type OcspService,
  postFields,
  requestInPath,
  whenAnswered,
} from "./ocsp-handler";
import { makeReadOcspShape, type OcspShape, type ReadOcspShape } from "./ocsp-shapes";

export type OcspConnections = Readonly<{
  /** Closes the connections whose requests have all been answered. */
  closeIdle: () => void;
  closeAll: () => void;
}>;
export type OcspConnectionOptions = Readonly<{
  ocsp: OcspService;
  /** While the server closes, the general handler tells clients so. */
  draining: () => boolean;
  /** Milliseconds; see `serverLimits`. */
  limits: Readonly<{
    headersTimeout: number;
    keepAliveTimeout: number;
    connectionsCheckingInterval: number;
  }>;
}>;

/** A connection that has sent nothing but OCSP requests in a known shape so far. */
type Connection = {
  /** The sweep after which it was last used, and whether any request came. */
  usedAt: number;
  used: boolean;
  /** An answer is being made; what arrives meanwhile waits. */
  answering: boolean;
  waiting: Buffer | null;
  ended: boolean;
};

/** Node closes an idle connection so much later than it announces. */
const keepAliveBufferMs = 1_000;

type State = Readonly<{
  server: Server;
  options: OcspConnectionOptions;
  /** What the server itself does with a new connection. */
  general: readonly ((socket: Socket) => void)[];
  open: Map<Socket, Connection>;
  listeners: Listeners;
  readShape: ReadOcspShape;
  write: Write;
  sweeps: { count: number };
}>;
type Listeners = Readonly<{
  data: (this: Socket, bytes: Buffer) => void;
  end: (this: Socket) => void;
  close: (this: Socket) => void;
}>;

/**
 * Answers OCSP requests in known shapes on the connections of a plain HTTP server without its parser,
 * request and response objects, which cost more than the answer. A connection is handed over to the
 * server with the first octets that are anything else, and stays there; answers are the same, octet for octet.
 */
export function takeOcspConnections(
  server: Server,
  options: OcspConnectionOptions,
): OcspConnections {
  const { keepAliveTimeout, connectionsCheckingInterval } = options.limits;
  const open = new Map<Socket, Connection>();
  const state: State = {
    server,
    options,
    general: server.listeners("connection") as ((socket: Socket) => void)[],
    open,
    // The same functions for all sockets: closures for each would cost more than an answer.
    listeners: {
      data(bytes) {
        read(state, this, bytes);
      },
      end() {
        const connection = open.get(this);
        if (connection?.answering) connection.ended = true;
        else this.end();
      },
      close() {
        open.delete(this);
      },
    },
    readShape: makeReadOcspShape(),
    write: makeWrite(keepAliveTimeout),
    sweeps: { count: 0 },
  };
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => watch(state, socket));
  const timer = setInterval(sweep, connectionsCheckingInterval, state).unref();
  server.on("close", () => clearInterval(timer));
  return {
    closeIdle: () => {
      for (const [socket, { used, answering }] of open)
        if (used && !answering) socket.destroySoon();
    },
    closeAll: () => {
      for (const socket of open.keys()) socket.destroy();
    },
  };
}

function watch({ open, listeners, sweeps }: State, socket: Socket): void {
  open.set(socket, {
    usedAt: sweeps.count,
    used: false,
    answering: false,
    waiting: null,
    ended: false,
  });
  const { data, end, close } = listeners;
  socket.on("data", data).on("end", end).on("error", ignore).on("close", close);
}

function read(state: State, socket: Socket, bytes: Buffer): void {
  const { open, options, readShape, sweeps } = state;
  const connection = open.get(socket);
  if (connection === undefined) return;
  if (connection.answering) {
    const { waiting } = connection;
    connection.waiting = waiting === null ? bytes : Buffer.concat([waiting, bytes]);
    socket.pause();
    return;
  }
  const shape = options.draining() || socket.writableLength > 0 ? null : readShape(bytes);
  if (shape === null) {
    handOver(state, socket, bytes);
    return;
  }
  connection.usedAt = sweeps.count;
  connection.used = true;
  connection.answering = true;
  answerShape(options.ocsp, shape, (answer) => send(state, socket, shape, answer));
}

function send(state: State, socket: Socket, shape: OcspShape, answer: OcspAnswer): void {
  const connection = state.open.get(socket);
  if (connection === undefined || socket.destroyed) return;
  connection.answering = false;
  state.write(socket, shape, answer, state.options.ocsp.now());
  if (shape.close || connection.ended) socket.destroySoon();
  else if (connection.waiting !== null) {
    socket.resume();
    handOver(state, socket, connection.waiting);
  }
}

function handOver(
  { server, open, listeners, general }: State,
  socket: Socket,
  bytes: Buffer,
): void {
  open.delete(socket);
  const { data, end, close } = listeners;
  socket.off("data", data).off("end", end).off("error", ignore).off("close", close);
  for (const listener of general) listener.call(server, socket);
  // To the listener that was just added, before anything else can arrive.
  socket.emit("data", bytes);
}

/** Closes the connections on which nothing was asked for too long. */
function sweep({ server, open, options, sweeps }: State): void {
  const { connectionsCheckingInterval, headersTimeout, keepAliveTimeout } = options.limits;
  sweeps.count += 1;
  for (const [socket, { used, usedAt, answering }] of open) {
    const idleMs = (sweeps.count - usedAt) * connectionsCheckingInterval;
    const limitMs = used ? keepAliveTimeout + keepAliveBufferMs : headersTimeout;
    if (answering || idleMs < limitMs) continue;
    open.delete(socket);
    if (used) socket.destroy();
    else server.emit("clientError", requestTimeout(), socket);
  }
}

/** A socket whose client resets it is closed by Node. */
const ignore = (): void => {};

/** The error of a client that sends nothing, as the general parser reports it. */
const requestTimeout = (): Error =>
  Object.assign(new Error("Request timeout"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });

function answerShape(
  ocsp: OcspService,
  { der, path }: OcspShape,
  then: (answer: OcspAnswer) => void,
): void {
  const request = der ?? requestInPath(path ?? "");
  if (request !== null) whenAnswered(ocsp, request, then);
  else {
    ocsp.count("malformedRequest");
    then(ocspErrors.malformedRequest);
  }
}

type Write = (socket: Socket, shape: OcspShape, answer: OcspAnswer, now: number) => void;

/** Writes an answer as node:http does, in one piece. */
function makeWrite(keepAliveTimeout: number): Write {
  const keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveTimeout / 1000)}\r\n\r\n`;
  const close = "Connection: close\r\n\r\n";
  let second = 0,
    date = "";
  return (socket, { der, close: isLast }, answer, now) => {
    const clock = Date.now();
    if (Math.floor(clock / 1000) !== second) {
      second = Math.floor(clock / 1000);
      date = `Date: ${new Date(clock).toUTCString()}\r\n`;
    }
    const fields = der === null ? getFields(answer, cacheFields(answer, now)) : postFields(answer);
    let head = "HTTP/1.1 200 OK\r\n";
    for (let at = 0; at < fields.length; at += 2) head += `${fields[at]}: ${fields[at + 1]}\r\n`;
    socket.write(head + date + (isLast ? close : keepAlive) + answer.text, "latin1");
  };
}
