import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { closeDatabase, openDatabase } from "@/lib/db/database";
import { readEnv } from "@/lib/env";
import { isAppError } from "@/lib/errors/app-error";
import { readKek } from "@/lib/signers/seal";
import { listenForSigning } from "./listen";
import { makeSigner } from "./make-signer";

// The signer process: the KEK, every authority's key and the log's are here and nowhere else. It listens on a private Unix socket alone and ends
// with its supervisor.
const env = readEnv();
const kek = readKek(env.CHANCERY_KEK);
delete process.env.CHANCERY_KEK;
if (env.CHANCERY_RUN_DIR === "")
  throw new Error("CHANCERY_RUN_DIR is missing: the signer is started by the supervisor.");

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const db = openDatabase(env.DATABASE_URL, { max: 4 });
const witnessDir = env.CHANCERY_WITNESS_DIR || join(env.CHANCERY_DATA, "witness");
const signer = makeSigner({
  db,
  kek,
  random: { bytes: (n) => randomBytes(n) },
  publicUrl: env.CHANCERY_PUBLIC_URL,
  witnessDir,
  say,
});
const socket = await listenForSigning(
  join(env.CHANCERY_RUN_DIR, "signer.sock"),
  signer,
  (error) => {
    if (isAppError(error)) say(`refused: ${error.code}: ${error.message}`);
    else say(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  },
);

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await socket.close();
  await closeDatabase(db);
  process.exit(0);
}
process.on("SIGTERM", () => {
  void end();
});
process.on("SIGINT", () => {
  /* the supervisor decides */
});
process.on("disconnect", () => {
  void end();
});
process.send?.({ type: "ready" });
