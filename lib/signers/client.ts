import { connect, type Socket } from "node:net";
import { AppError } from "@/lib/errors/app-error";
import type {
  CeilingMethod,
  SignerHost,
  WaitingAuthority,
  WaitingPermission,
} from "./host-commands";
import type { SignerClient } from "./types";
import {
  errorFromWire,
  makeAnswerReader,
  readRemembered,
  type SignerAnswer,
  type SignerRequest,
  writeLine,
} from "./wire";

type PendingRequest = Readonly<{ line: string; finish: (answer: SignerAnswer | null) => void }>;
const reconnectDelayMs = 50,
  maxAnswerLength = 512 * 1024 * 1024;
type Timeouts = Readonly<Record<SignerRequest["method"], number>>;
/** Milliseconds until a request counts as unanswered. */
const defaultTimeouts: Timeouts = {
  ping: 2000,
  createKey: 60_000,
  createLogKey: 8000,
  signCheckpoint: 8000,
  remembered: 8000,
  rememberedAll: 8000,
  signCertificate: 8000,
  signCrl: 120_000,
  lastCrlNumber: 30_000,
  grantSetup: 8000,
  listWaiting: 8000,
  decide: 8000,
  listPermissions: 8000,
  decidePermission: 8000,
  allow: 8000,
  limit: 8000,
};

const changeCeiling =
  (
    bytesOf: (request: SignerRequest) => Promise<Uint8Array[]>,
    method: CeilingMethod,
  ): SignerHost["allow"] =>
  async (caller, input) => {
    const [entryId] = await bytesOf({ method, caller, ...input });
    return entryId ? textOf(entryId) : null;
  };

type BytesOf = (request: SignerRequest) => Promise<Uint8Array[]>;

const permissionsOf = (
  bytesOf: BytesOf,
): Pick<SignerHost, "listPermissions" | "decidePermission"> => ({
  listPermissions: async (caller) =>
    (await bytesOf({ method: "listPermissions", caller })).map(
      (bytes) => JSON.parse(textOf(bytes)) as WaitingPermission,
    ),
  decidePermission: async (caller, input) => {
    const [entryId] = await bytesOf({ method: "decidePermission", caller, ...input });
    if (!entryId) throw unavailable();
    return textOf(entryId);
  },
});

/**
 * Speaks to the signer process over its private socket. Whatever is asked may be asked twice (a
 * checkpoint that is signed again is the same note), so a request that a broken connection
 * swallowed is asked again until its time is up. Errors: what the signer refused, or
 * `signer.unavailable`.
 */
export function connectSigner(
  socketPath: string,
  limits: Partial<Timeouts> = {},
): SignerClient & Readonly<{ close: () => void }> {
  const { ask, close } = openChannel(socketPath, { ...defaultTimeouts, ...limits });
  const bytesOf = async (request: SignerRequest): Promise<Uint8Array[]> =>
    ((await ask(request)).bytes ?? []).map((text) => Buffer.from(text, "base64"));
  const only = ([bytes]: readonly Uint8Array[]): Uint8Array => {
    if (!bytes) throw unavailable();
    return bytes;
  };
  return {
    async createKey(algorithm) {
      const [id, spkiDer] = await bytesOf({ method: "createKey", algorithm });
      if (!id || !spkiDer) throw unavailable();
      return { id: textOf(id), spkiDer };
    },
    signCertificate: async (certificateId) =>
      only(await bytesOf({ method: "signCertificate", certificateId })),
    signCrl: async (input) => {
      const { raw, bytes } = await ask({ method: "signCrl", ...input });
      const [remembered] = bytes ?? [];
      if (!raw || remembered === undefined) throw unavailable();
      return { der: raw, remembered: readRemembered(textOf(Buffer.from(remembered, "base64"))) };
    },
    lastCrlNumber: async (authorityId) => {
      const [number] = await bytesOf({ method: "lastCrlNumber", authorityId });
      return number ? BigInt(textOf(number)) : null;
    },
    async createLogKey(origin) {
      const [vkey, publicKey] = await bytesOf({ method: "createLogKey", origin });
      if (!vkey || !publicKey) throw unavailable();
      return { vkey: textOf(vkey), publicKey };
    },
    signCheckpoint: async (input) =>
      textOf(only(await bytesOf({ method: "signCheckpoint", ...input }))),
    grantSetup: async (input) => {
      await ask({ method: "grantSetup", ...input });
    },
    listWaiting: async (caller) =>
      (await bytesOf({ method: "listWaiting", caller })).map(
        (bytes) => JSON.parse(textOf(bytes)) as WaitingAuthority,
      ),
    decide: async (caller, input) =>
      textOf(only(await bytesOf({ method: "decide", caller, ...input }))),
    ...permissionsOf(bytesOf),
    allow: changeCeiling(bytesOf, "allow"),
    limit: changeCeiling(bytesOf, "limit"),
    remembered: async (origin) => {
      const [note] = await bytesOf({ method: "remembered", origin });
      return note ? textOf(note) : null;
    },
    rememberedAll: async () => (await bytesOf({ method: "rememberedAll" })).map(textOf),
    ping: async () => {
      await ask({ method: "ping" });
    },
    close,
  };
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

function unavailable(): AppError {
  return new AppError(
    "signer.unavailable",
    "The signer does not answer, so nothing can be signed at the moment. Try again shortly.",
    { retryAfterSeconds: 2 },
  );
}

type Connection = Readonly<{ send: (line: string) => void; close: () => void }>;

/**
 * A connection that reconnects while `outstanding` holds lines, and resends all of them on each new
 * connection.
 */
function openConnection(
  socketPath: string,
  onAnswer: (id: number, answer: SignerAnswer) => void,
  outstanding: () => Iterable<string>,
): Connection {
  let socket: Socket | null = null,
    connected = false,
    closed = false,
    buffered = "";
  const flush = (): void => {
    if (connected && buffered !== "") socket?.write(buffered);
    buffered = "";
  };
  const open = (): void => {
    if (closed || socket) return;
    const made = connect(socketPath),
      read = makeAnswerReader(maxAnswerLength, onAnswer);
    socket = made;
    made.on("connect", () => {
      connected = true;
      buffered = [...outstanding()].join("");
      flush();
    });
    made.on("data", (chunk) => {
      try {
        read(typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk);
      } catch {
        made.destroy();
      }
    });
    made.on("error", () => {
      /* "close" follows and decides */
    });
    made.on("close", () => {
      socket = null;
      connected = false;
      if (!outstanding()[Symbol.iterator]().next().done) setTimeout(open, reconnectDelayMs);
    });
  };
  const send = (line: string): void => {
    if (!connected) {
      open();
      return;
    }
    if (buffered === "") queueMicrotask(flush);
    buffered += line;
  };
  return {
    send,
    close: () => {
      closed = true;
      socket?.destroy();
    },
  };
}

function openChannel(
  socketPath: string,
  patience: Timeouts,
): Readonly<{ ask: (request: SignerRequest) => Promise<SignerAnswer>; close: () => void }> {
  const waiting = new Map<number, PendingRequest>();
  let next = 1;
  const onAnswer = (id: number, answer: SignerAnswer): void => {
    waiting.get(id)?.finish(answer);
  };
  const line = openConnection(socketPath, onAnswer, () =>
    [...waiting.values()].map((waiter) => waiter.line),
  );
  const ask = (request: SignerRequest): Promise<SignerAnswer> =>
    new Promise((resolve, reject) => {
      const id = next++,
        text = writeLine(id, request);
      const timer = setTimeout(() => {
        waiting.get(id)?.finish(null);
      }, patience[request.method]);
      waiting.set(id, {
        line: text,
        finish: (answer) => {
          clearTimeout(timer);
          waiting.delete(id);
          if (!answer) reject(unavailable());
          else if (answer.error) reject(errorFromWire(answer.error));
          else resolve(answer);
        },
      });
      line.send(text);
    });
  const close = (): void => {
    line.close();
    for (const waiter of waiting.values()) waiter.finish(null);
  };
  return { ask, close };
}
