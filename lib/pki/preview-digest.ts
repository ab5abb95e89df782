import { createHash } from "node:crypto";
import { readTbs } from "./tbs";

/** When a certificate expires: at a time, or so many milliseconds after it was signed. */
type PreviewedEnd = Readonly<{ at: number } | { afterMs: number }>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/**
 * SHA-256 of all that a preview shows and that issuing must not change: each field of the
 * to-be-signed bytes but serial number and times, and instead of the times how they come about.
 */
export function digestPreview(
  tbsDer: Uint8Array,
  end: PreviewedEnd,
  backdateSeconds: number,
): string {
  const tbs = readTbs(tbsDer);
  const fields = [
    [tbs.algorithmDer, tbs.issuerDer, tbs.subjectDer, tbs.spkiDer].map(hex),
    (tbs.extensions ?? []).map(({ oid, critical, value }) => [oid, critical, hex(value)]),
    [end, backdateSeconds],
  ];
  return createHash("sha256").update(JSON.stringify(fields)).digest("hex");
}
