import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { takeInheritedListener } from "@/lib/runtime/inherited-listener";
import { socketMode } from "@/lib/runtime/socket-paths";
import { type HostRequest, isHostRequest } from "@/lib/signers/host-commands";
import type { SignerClient } from "@/lib/signers/types";
import {
  errorForWire,
  makeLineReader,
  readRequest,
  type SignerAnswer,
  type SignerRequest,
  writeAnswer,
  writeRemembered,
} from "@/lib/signers/wire";

const maxRequestLength = 65_536;
const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
const textBase64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

async function handleCrlRequest(
  signer: SignerClient,
  request: Extract<SignerRequest, { method: "signCrl" | "lastCrlNumber" }>,
): Promise<SignerAnswer> {
  if (request.method === "signCrl") {
    const { der, remembered, release = () => {} } = await signer.signCrl(request);
    return { bytes: [textBase64(writeRemembered(remembered))], raw: der, release };
  }
  const number = await signer.lastCrlNumber(request.authorityId);
  return { bytes: number === null ? [] : [textBase64(String(number))] };
}

type LogRequest = Extract<
  SignerRequest,
  { method: "createLogKey" | "signCheckpoint" | "remembered" | "rememberedAll" }
>;

async function handleLogRequest(signer: SignerClient, request: LogRequest): Promise<SignerAnswer> {
  switch (request.method) {
    case "createLogKey": {
      const made = await signer.createLogKey(request.origin);
      return { bytes: [textBase64(made.vkey), base64(made.publicKey)] };
    }
    case "signCheckpoint":
      return { bytes: [textBase64(await signer.signCheckpoint(request))] };
    case "remembered": {
      const note = await signer.remembered(request.origin);
      return { bytes: note === null ? [] : [textBase64(note)] };
    }
    case "rememberedAll":
      return { bytes: (await signer.rememberedAll()).map(textBase64) };
  }
}

async function handleHostRequest(
  signer: SignerClient,
  request: HostRequest,
): Promise<SignerAnswer> {
  switch (request.method) {
    case "grantSetup":
      await signer.grantSetup(request);
      return {};
    case "listWaiting": {
      const waiting = await signer.listWaiting(request.caller);
      return { bytes: waiting.map((one) => textBase64(JSON.stringify(one))) };
    }
    case "listPermissions": {
      const waiting = await signer.listPermissions(request.caller);
      return { bytes: waiting.map((one) => textBase64(JSON.stringify(one))) };
    }
    case "decidePermission":
      return { bytes: [textBase64(await signer.decidePermission(request.caller, request))] };
    case "decide":
      return { bytes: [textBase64(await signer.decide(request.caller, request))] };
    case "allow":
    case "limit": {
      const entryId = await signer[request.method](request.caller, request);
      return { bytes: entryId === null ? [] : [textBase64(entryId)] };
    }
  }
}

async function handleRequest(signer: SignerClient, request: SignerRequest): Promise<SignerAnswer> {
  if (isHostRequest(request)) return handleHostRequest(signer, request);
  switch (request.method) {
    case "ping":
      await signer.ping();
      return {};
    case "createKey": {
      const made = await signer.createKey(request.algorithm);
      return { bytes: [textBase64(made.id), base64(made.spkiDer)] };
    }
    case "createLogKey":
    case "signCheckpoint":
    case "remembered":
    case "rememberedAll":
      return handleLogRequest(signer, request);
    case "signCertificate":
      return { bytes: [base64(await signer.signCertificate(request.certificateId))] };
    case "signCrl":
    case "lastCrlNumber":
      return handleCrlRequest(signer, request);
  }
}

function serve(
  socket: Socket,
  signer: SignerClient,
  onError: (error: unknown) => void,
  named: (text: string) => string,
): void {
  // What is answered in one turn of the event loop, as the certificates of a batch are, is one write.
  let unsent = "";
  const flush = (): void => {
    if (!socket.destroyed && unsent !== "") socket.write(unsent);
    unsent = "";
  };
  const send = (id: number, answer: SignerAnswer): void => {
    const { line, raw } = writeAnswer(id, answer);
    if (unsent === "") setImmediate(flush);
    unsent += line;
    if (raw === null) return;
    flush();
    if (socket.destroyed) answer.release?.();
    else socket.write(raw, () => answer.release?.());
  };
  const answer = async (id: number, request: SignerRequest): Promise<void> => {
    const body = await handleRequest(signer, request).catch((error: unknown) => {
      onError(error);
      const { error: refusal } = errorForWire(error);
      return refusal ? { error: { ...refusal, message: named(refusal.message) } } : {};
    });
    send(id, body);
  };
  const read = makeLineReader(maxRequestLength, (line) => {
    const message = readRequest(line);
    if (message) void answer(message.id, message.request);
    else socket.destroy();
  });
  socket.setEncoding("latin1");
  socket.on("data", (chunk) => {
    try {
      read(String(chunk));
    } catch {
      socket.destroy();
    }
  });
  socket.on("error", () => {
    socket.destroy();
  });
}

/**
 * Serves the signer on a Unix socket that only its owner may open, or the group that may enter its
 * folder, or on the one that systemd opened. `named` replaces paths that only this process uses. `onError` is called with every
 * error before it is answered.
 */
export async function listenForSigning(
  path: string,
  signer: SignerClient,
  onError: (error: unknown) => void,
  named: (text: string) => string = (text) => text,
): Promise<{ close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serve(socket, signer, onError, named);
  });
  const inherited = takeInheritedListener();
  if (inherited === null) await openSocket(server, path);
  else await new Promise<void>((done) => void server.listen({ fd: inherited }, done));
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroySoon();
      }),
  };
}

async function openSocket(server: Server, path: string): Promise<void> {
  rmSync(path, { force: true });
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(path, resolve);
    });
  } finally {
    process.umask(before);
  }
  chmodSync(path, socketMode(path));
}
