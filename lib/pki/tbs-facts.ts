import { listNames, type ListedName } from "@/lib/pki/held-names/carried-name";
import { readBasicConstraints, readGeneralNames, readTimes } from "@/lib/pki/lint/readers";
import { extensionValue } from "./certificate";
import { malformed } from "./der-reader";
import { readName } from "./names";
import { extensionOids } from "./oids";
import type { Validity } from "./plan-validity";
import type { TbsView } from "./tbs";
import type { DistinguishedName, GeneralName } from "./types";

/** What bytes that are about to be signed say. */
export type TbsFacts = Readonly<{
  tbs: TbsView;
  validity: Validity;
  subject: DistinguishedName;
  sans: readonly GeneralName[];
  /** Every name by which a verifier may recognize the holder. */
  names: readonly ListedName[];
  isCa: boolean;
  pathLength: number | null;
}>;

const unreadable = (what: string) => malformed(what, { position: 0 });

/**
 * Reads bytes that are about to be signed. Throws AppError `der.malformed` for what can't be read,
 * and for names of kinds that Chancery doesn't write.
 */
export function readTbsFacts(tbs: TbsView): TbsFacts {
  const extensions = tbs.extensions ?? [];
  const raw = extensionValue(extensions, extensionOids.subjectAltName, readGeneralNames) ?? [];
  const sans = raw.map(({ type, text }): GeneralName => {
    if (type === null) throw unreadable(`a subjectAltName is a ${text}`);
    return { type, value: text };
  });
  const validity = readTimes(tbs);
  if (validity === null) throw unreadable("a time is not of whole seconds in UTC");
  const constraints = extensionValue(
    extensions,
    extensionOids.basicConstraints,
    readBasicConstraints,
  );
  const subject = readName(tbs.subjectDer);
  return {
    tbs,
    validity,
    subject,
    sans,
    names: listNames({ sans, subject }),
    isCa: constraints?.isCa ?? false,
    pathLength: constraints?.pathLength ?? null,
  };
}
