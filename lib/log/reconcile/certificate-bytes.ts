import { sha256Hex } from "@/lib/format/hash";
import { isAppError } from "@/lib/errors/app-error";
import { readCertificate } from "@/lib/pki/certificate";
import { inspectPublicKey } from "@/lib/pki/keys";
import { describeName, readName } from "@/lib/pki/names";
import { readTbs } from "@/lib/pki/tbs";
import { readTbsFacts, type TbsFacts } from "@/lib/pki/tbs-facts";
import { verifySignature } from "@/lib/pki/verify-signature";
import { comparable, findDifferences, type Fields } from "./fields";

/**
 * How a certificate's row differs from the bytes in it: the certificate must be one, hold exactly
 * the planned bytes and bear the signature of its issuer's key; and the columns that are searched
 * and shown must say what those bytes say. The log alone can't show this: whoever writes into the
 * inbox can invent the entries of a certificate that no authority signed.
 */
export function byteDifferences(row: Fields, issuerSpki: Uint8Array | null): string[] {
  const tbs = bytesOf(row["tbs"]);
  const der = bytesOf(row["der"]);
  const problems = tbs === null ? [] : columnDifferences(row, tbs);
  if (der === null)
    return row["status"] === "issued" || row["status"] === "held"
      ? [...problems, "it has no certificate"]
      : problems;
  const fingerprint = sha256Hex(der);
  if (row["fingerprint"] !== fingerprint)
    problems.push(
      `its fingerprint is ${row["fingerprint"] ?? "empty"} in the table, but ${fingerprint} by its bytes`,
    );
  return [...problems, ...certificateDifferences(der, tbs, issuerSpki)];
}

const bytesOf = (hex: string | null | undefined): Buffer | null =>
  typeof hex === "string" ? Buffer.from(hex, "hex") : null;

function certificateDifferences(
  der: Uint8Array,
  tbs: Uint8Array | null,
  issuerSpki: Uint8Array | null,
): string[] {
  try {
    const { tbsDer, signature, signatureAlgorithm } = readCertificate(der);
    if (tbs === null || Buffer.compare(tbsDer, tbs) !== 0)
      return ["its certificate is not the one that was planned"];
    if (issuerSpki === null)
      return [
        "the signature of its certificate can't be checked: its issuer's key is not the one in the log",
      ];
    return signatureAlgorithm !== null &&
      verifySignature(signatureAlgorithm, issuerSpki, tbsDer, signature)
      ? []
      : ["its certificate is not signed by its issuer"];
  } catch (error) {
    if (!isAppError(error)) throw error;
    return ["its bytes are not a certificate"];
  }
}

function columnDifferences(row: Fields, tbs: Uint8Array): string[] {
  let facts: TbsFacts;
  try {
    facts = readTbsFacts(readTbs(tbs));
  } catch (error) {
    if (!isAppError(error)) throw error;
    return ["its planned bytes are not the contents of a certificate"];
  }
  const { subjectDer, spkiDer, serial } = facts.tbs;
  const sans = facts.sans.map(({ type, value }) => `${type}:${value}`);
  const subject = describeName(subjectDer);
  const commonName =
    readName(subjectDer).findLast(({ type }) => type === "CN")?.value ??
    facts.sans[0]?.value ??
    subject;
  const key = inspectPublicKey(spkiDer);
  return findDifferences(
    {
      "common name": comparable(row["common name"]),
      "key algorithm": row["key algorithm"],
      subject: comparable(row["subject"]),
      "subject alternative name": row["subject alternative name"],
      "serial number": row["serial number"],
      key: row["key"],
      "start date (seconds)": row["start date (seconds)"],
      "expiration (seconds)": row["expiration (seconds)"],
    },
    {
      "common name": comparable(commonName),
      "key algorithm": key.algorithm ?? key.text,
      subject: comparable(subject),
      "subject alternative name": sans.join(", "),
      "serial number": Buffer.from(serial)
        .toString("hex")
        .replace(/^00(?=.)/, ""),
      key: sha256Hex(spkiDer),
      "start date (seconds)": secondsText(facts.validity.notBefore),
      "expiration (seconds)": secondsText(facts.validity.notAfter),
    },
  ).map((text) => text.replace(" according to the log", " in its certificate"));
}

const secondsText = (date: Date): string => String(Math.floor(date.getTime() / 1_000));
