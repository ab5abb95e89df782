import { join } from "node:path";
import { readEnv } from "@/lib/runtime/env";
import { receiveKek } from "@/lib/runtime/read-secrets";
import { fillDemo } from "./fill-demo";

// The process that makes the demonstration, before the others start. The supervisor starts it for a
// data folder that is marked as a demonstration's, and it refuses a database that holds anything.
const env = readEnv();
const kek = receiveKek();
await fillDemo({
  databaseUrl: env.DATABASE_URL,
  signerDatabaseUrl: env.DATABASE_SIGNER_URL,
  kek,
  deliveryKey: new Uint8Array(Buffer.from(env.CHANCERY_DELIVERY_KEY, "base64")),
  witnessDir: env.CHANCERY_WITNESS_DIR || join(env.CHANCERY_DATA, "witness"),
  password: env.CHANCERY_ADMIN_PASSWORD,
  publicUrl: env.CHANCERY_PUBLIC_URL,
  host: env.CHANCERY_HOST,
  end: new Date(),
  say: (line) => process.stdout.write(`${line}\n`),
});
kek.fill(0);
for (const signal of ["SIGTERM", "disconnect"] as const) process.on(signal, () => process.exit(0));
process.send?.({ type: "ready", node: process.version });
