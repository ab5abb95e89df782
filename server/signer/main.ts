import { createSecretKey, randomBytes } from "node:crypto";
import { join } from "node:path";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { isAppError } from "@/lib/errors/app-error";
import { readEnv } from "@/lib/runtime/env";
import { receiveKek } from "@/lib/runtime/read-secrets";
import { signerSocket } from "@/lib/runtime/socket-paths";
import { listenForSigning } from "./listen";
import { makeSigner } from "./make-signer";
import { headlessDomainsOf } from "./bounds/setup-domains";

// The signer process: the only one with the KEK, the CA keys and the log's key. It listens only on a
// private Unix socket, and is started and stopped by the supervisor.
const env = readEnv();
const kekBytes = receiveKek();
const kek = createSecretKey(kekBytes);
kekBytes.fill(0);
if (env.CHANCERY_RUN_DIR === "")
  throw new Error(
    "CHANCERY_RUN_DIR is not set. The signer is started by the supervisor (npm start).",
  );

// Over a connection that stays open, a CRL reads only what was revoked since the one before.
const db = openDatabase(env.DATABASE_SIGNER_URL, { max: 4, keepsConnections: true });
const witnessDir = env.CHANCERY_WITNESS_DIR || join(env.CHANCERY_DATA, "witness");
/** People know the folder by its name, and not by the descriptor that this process got for it. */
const named = (text: string): string =>
  text.replaceAll(witnessDir, env.CHANCERY_WITNESS_NAME || witnessDir);
const print = (line: string): void => {
  process.stderr.write(`${named(line)}\n`);
};
const signer = makeSigner({
  db,
  kek,
  random: { bytes: (n) => randomBytes(n) },
  clock: { now: () => new Date() },
  publicUrl: env.CHANCERY_PUBLIC_URL,
  host: env.CHANCERY_HOST,
  witnessDir,
  onNotice: print,
  tokens: {
    setupTokenSha256: env.CHANCERY_SETUP_TOKEN_SHA256,
    adminTokenSha256: env.CHANCERY_HOST_TOKEN_SHA256,
  },
  headlessDomains: headlessDomainsOf(env),
});
await signer.setDueCeilings();
const report = (error: unknown): void => {
  // A CA that waits is asked for again and again.
  if (isAppError(error) && error.code === "signer.unconfirmed") return;
  if (isAppError(error)) print(`refused: ${error.code}: ${error.message}`);
  else print(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
};
const socket = await listenForSigning(signerSocket(env.CHANCERY_RUN_DIR), signer, report, named);

let isShuttingDown = false;
async function shutDown(): Promise<void> {
  if (isShuttingDown) return;
  isShuttingDown = true;
  await socket.close();
  await closeDatabase(db);
  process.exit(0);
}
process.on("SIGTERM", () => {
  void shutDown();
});
process.on("SIGINT", () => {
  /* the supervisor decides */
});
process.on("disconnect", () => {
  void shutDown();
});
process.send?.({ type: "ready", node: process.version });
