import { connect } from "node:net";
import type { Socket } from "node:net";
import type { SignerClient } from "@/lib/deps";
import { AppError } from "@/lib/errors/app-error";
import { errorFromWire, makeLineReader, writeLine } from "./wire";
import type { SignerAnswer, SignerRequest } from "./wire";

type Waiter = Readonly<{ line: string; settle: (answer: SignerAnswer | null) => void }>;
const reconnectAfter = 50,
  longestAnswer = 512 * 1024 * 1024;
type Patience = Readonly<Record<SignerRequest["method"], number>>;
/** Milliseconds until a request counts as unanswered. */
const usualPatience: Patience = {
  ping: 2000,
  createKey: 60_000,
  createLogKey: 8000,
  signCheckpoint: 8000,
  remembered: 8000,
  rememberedAll: 8000,
  signCertificate: 8000,
  signCrl: 120_000,
};

/**
 * Speaks to the signer process over its private socket. Whatever is asked may be asked twice (a checkpoint that is signed again is the same
 * note), so a request that a broken connection swallowed is asked again until its time is up. Errors: what the signer refused, or
 * `signer.unavailable`.
 */
export function connectSigner(
  socketPath: string,
  limits: Partial<Patience> = {},
): SignerClient & Readonly<{ close: () => void }> {
  const { ask, close } = openConversation(socketPath, { ...usualPatience, ...limits });
  const bytesOf = async (request: SignerRequest): Promise<Uint8Array[]> =>
    ((await ask(request)).bytes ?? []).map((text) => Buffer.from(text, "base64"));
  const only = ([bytes]: readonly Uint8Array[]): Uint8Array => {
    if (!bytes) throw unavailable();
    return bytes;
  };
  return {
    async createKey(algorithm) {
      const [spkiDer, sealed] = await bytesOf({ method: "createKey", algorithm });
      return { spkiDer: only(spkiDer ? [spkiDer] : []), sealed: only(sealed ? [sealed] : []) };
    },
    signCertificate: async (certificateId) =>
      only(await bytesOf({ method: "signCertificate", certificateId })),
    signCrl: async ({ authorityId, shard, number, thisUpdate, nextUpdate }) =>
      only(
        await bytesOf({
          method: "signCrl",
          authorityId,
          shard,
          number: String(number),
          thisUpdate: thisUpdate.getTime(),
          nextUpdate: nextUpdate.getTime(),
        }),
      ),
    async createLogKey(origin) {
      const [vkey, publicKey, sealed] = await bytesOf({ method: "createLogKey", origin });
      if (!vkey || !publicKey || !sealed) throw unavailable();
      return { vkey: textOf(vkey), publicKey, sealed };
    },
    signCheckpoint: async (input) =>
      textOf(only(await bytesOf({ method: "signCheckpoint", ...input }))),
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
    { kind: "unavailable", retryAfterSeconds: 2 },
  );
}

type Line = Readonly<{ send: (line: string) => void; close: () => void }>;

/** A connection that comes back by itself while `outstanding` holds lines; on each new connection it sends all of them. */
function openLine(
  socketPath: string,
  onLine: (line: string) => void,
  outstanding: () => Iterable<string>,
): Line {
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
      read = makeLineReader(longestAnswer, onLine);
    socket = made;
    made.setEncoding("latin1");
    made.on("connect", () => {
      connected = true;
      buffered = [...outstanding()].join("");
      flush();
    });
    made.on("data", (chunk) => {
      try {
        read(String(chunk));
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
      if (!outstanding()[Symbol.iterator]().next().done) setTimeout(open, reconnectAfter);
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

function openConversation(
  socketPath: string,
  patience: Patience,
): Readonly<{ ask: (request: SignerRequest) => Promise<SignerAnswer>; close: () => void }> {
  const waiting = new Map<number, Waiter>();
  let next = 1;
  const onLine = (text: string): void => {
    const { id, ...answer } = JSON.parse(text) as SignerAnswer & { id: number };
    waiting.get(id)?.settle(answer);
  };
  const line = openLine(socketPath, onLine, () =>
    [...waiting.values()].map((waiter) => waiter.line),
  );
  const ask = (request: SignerRequest): Promise<SignerAnswer> =>
    new Promise((resolve, reject) => {
      const id = next++,
        text = writeLine(id, request);
      const timer = setTimeout(() => {
        waiting.get(id)?.settle(null);
      }, patience[request.method]);
      waiting.set(id, {
        line: text,
        settle: (answer) => {
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
    for (const waiter of waiting.values()) waiter.settle(null);
  };
  return { ask, close };
}
