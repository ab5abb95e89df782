import { AppError } from "@/lib/errors/app-error";
import { layOutCrl, type CrlContent } from "@/lib/pki/crl";
import { entryLength, writeEntry, type EntryFields, type EntryList } from "@/lib/pki/crl-entries";
import { atOnce } from "@/lib/pki/steps";
import { revocationReasons, type RevokedEntry } from "@/lib/pki/types";

/**
 * What a CRL lists, from objects. Throws AppError `crl.invalid` for a serial of more than 20 octets
 * or one that occurs twice.
 */
export function entryListOf(entries: Iterable<RevokedEntry>): EntryList {
  const list = Array.from(entries, fieldsOf);
  const length = list.reduce((sum, fields) => sum + entryLength(fields), 0);
  refuseTwice(list);
  return {
    length,
    *write(out, offset) {
      const days = new Map<number, Uint8Array>();
      yield;
      return list.reduce((at, fields) => writeEntry(out, at, fields, days), offset);
    },
  };
}

const fieldsOf = ({ serial, revokedAt, reason, invalidityDate }: RevokedEntry): EntryFields => ({
  bytes: serial,
  start: 0,
  end: serial.length,
  revokedAt: revokedAt.getTime(),
  reasonIndex: revocationReasons.indexOf(reason),
  invalidityDate: invalidityDate?.getTime() ?? null,
});

function refuseTwice(list: readonly EntryFields[]): void {
  // Text: a set of large numbers is slow where their last 64 bits are alike.
  const seen = new Set<string>();
  for (const { bytes } of list) {
    const serial = Buffer.from(bytes)
      .toString("hex")
      .replace(/^(00)+/, "");
    if (seen.has(serial))
      throw new AppError("crl.invalid", `The serial ${serial} is listed twice.`);
    seen.add(serial);
  }
}

/** TBSCertList from objects. Throws AppError `crl.invalid`, as `layOutCrl` and `entryListOf` do. */
export const buildCrlTbs = ({
  entries,
  ...content
}: Omit<CrlContent, "entries"> & Readonly<{ entries: Iterable<RevokedEntry> }>): Uint8Array =>
  atOnce(layOutCrl({ ...content, entries: entryListOf(entries) })).tbsDer;
