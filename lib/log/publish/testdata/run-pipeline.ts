import { randomBytes } from "node:crypto";
import { openDatabase } from "@/lib/db/database";
import { makeSigner } from "@/server/signer/make-signer";
import { startLogPipeline } from "../pipeline";

// A node of its own that leads when nobody else does: for tests that kill it, or stop its clock.
const [url = "", kek = "", witnessDir = "", publicUrl = ""] = process.argv.slice(2);
const db = openDatabase(url, { max: 8 }),
  random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) };
const signer = makeSigner({ db, kek: Buffer.from(kek, "base64"), random, publicUrl, witnessDir });
const pipeline = startLogPipeline({
  db,
  random,
  signer,
  publicUrl,
  clock: { now: () => new Date() },
});
setInterval(() => {
  if (pipeline.leading()) process.send?.("leading");
}, 50);
process.on("disconnect", () => {
  process.exit(0);
});
