import { createHash } from "node:crypto";
import { extensionOids } from "./oids";
import { readTbs } from "./tbs";

/** When a certificate expires: at a time, or so many milliseconds after it was signed. */
type PreviewedEnd = Readonly<{ at: number } | { afterMs: number }>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/**
 * SHA-256 of all that a preview shows and that issuing must not change: each field of the
 * to-be-signed bytes but serial number and times, and instead of the times how they come about.
 * `newKey`: the type of a key that is made only when the certificate is issued, in place of the key.
 */
export function digestPreview(
  tbsDer: Uint8Array,
  end: PreviewedEnd,
  backdateSeconds: number,
  newKey: string | null = null,
): string {
  const tbs = readTbs(tbsDer);
  const ofKey = (oid: string): boolean =>
    newKey !== null && oid === extensionOids.subjectKeyIdentifier;
  const fields = [
    [...[tbs.algorithmDer, tbs.issuerDer, tbs.subjectDer].map(hex), newKey ?? hex(tbs.spkiDer)],
    (tbs.extensions ?? []).map(({ oid, critical, value }) => [
      oid,
      critical,
      ofKey(oid) ? "" : hex(value),
    ]),
    [end, backdateSeconds],
  ];
  return createHash("sha256").update(JSON.stringify(fields)).digest("hex");
}
