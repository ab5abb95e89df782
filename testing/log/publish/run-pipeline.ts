import { makeTestRecorder } from "@/testing/recorder";
import { randomBytes } from "node:crypto";
import { openDatabase } from "@/lib/db/database";
import { makeSigner } from "@/server/signer/make-signer";
import { startLogPipeline } from "@/lib/log/publish/pipeline";

// A separate node that leads when no other does: for tests that kill it, or stop its clock.
const [url = "", signerUrl = "", kek = "", witnessDir = "", publicUrl = ""] = process.argv.slice(2);
const db = openDatabase(url, { max: 8 });
const random = { bytes: (n: number) => new Uint8Array(randomBytes(n)) };
const clock = { now: () => new Date() };
const signer = makeSigner({
  db: openDatabase(signerUrl, { max: 4 }),
  kek: Buffer.from(kek, "base64"),
  random,
  clock,
  publicUrl,
  witnessDir,
});
const recorder = makeTestRecorder({ db, random, clock });
const pipeline = startLogPipeline({ db, random, signer, publicUrl, clock, recorder });
setInterval(() => {
  if (pipeline.isLeading()) process.send?.("leading");
}, 50);
process.on("disconnect", () => {
  process.exit(0);
});
