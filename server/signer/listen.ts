import { chmodSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import type { SignerClient } from "@/lib/deps";
import { errorForWire, makeLineReader, readRequest, writeLine } from "@/lib/signers/wire";
import type { SignerAnswer, SignerRequest } from "@/lib/signers/wire";

const longestRequest = 4096;
const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
const textBase64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

async function answerTo(signer: SignerClient, request: SignerRequest): Promise<SignerAnswer> {
  switch (request.method) {
    case "ping":
      await signer.ping();
      return {};
    case "createKey": {
      const made = await signer.createKey(request.algorithm);
      return { bytes: [base64(made.spkiDer), base64(made.sealed)] };
    }
    case "createLogKey": {
      const made = await signer.createLogKey(request.origin);
      return { bytes: [textBase64(made.vkey), base64(made.publicKey), base64(made.sealed)] };
    }
    case "signCheckpoint":
      return { bytes: [textBase64(await signer.signCheckpoint(request))] };
    case "remembered": {
      const note = await signer.remembered(request.origin);
      return { bytes: note === null ? [] : [textBase64(note)] };
    }
    case "rememberedAll":
      return { bytes: (await signer.rememberedAll()).map(textBase64) };
    case "signCertificate":
      return { bytes: [base64(await signer.signCertificate(request.certificateId))] };
    case "signCrl":
      return {
        bytes: [
          base64(
            await signer.signCrl({
              authorityId: request.authorityId,
              shard: request.shard,
              number: BigInt(request.number),
              thisUpdate: new Date(request.thisUpdate),
              nextUpdate: new Date(request.nextUpdate),
            }),
          ),
        ],
      };
  }
}

function serve(socket: Socket, signer: SignerClient, onBug: (error: unknown) => void): void {
  const answer = async (id: number, request: SignerRequest): Promise<void> => {
    const body = await answerTo(signer, request).catch((error: unknown) => {
      onBug(error);
      return errorForWire(error);
    });
    if (!socket.destroyed) socket.write(writeLine(id, body));
  };
  const read = makeLineReader(longestRequest, (line) => {
    const asked = readRequest(line);
    if (asked) void answer(asked.id, asked.request);
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

/** Serves the signer on a Unix socket that only its owner may open. `onBug` hears of every error before it is answered. */
export async function listenForSigning(
  path: string,
  signer: SignerClient,
  onBug: (error: unknown) => void,
): Promise<{ close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    serve(socket, signer, onBug);
  });
  rmSync(path, { force: true });
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(path, resolve);
    });
  } finally {
    process.umask(before);
  }
  chmodSync(path, 0o600);
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
