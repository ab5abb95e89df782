import { sha256Hex } from "@/lib/format/hash";
import { formatIso } from "@/lib/format/time";
import { extensionValue } from "@/lib/pki/certificate";
import { parseTime } from "@/lib/pki/der-time";
import { readBasicConstraints } from "@/lib/pki/extension-values";
import { inspectPublicKey } from "@/lib/pki/keys";
import { describeName } from "@/lib/pki/names";
import { extensionOids } from "@/lib/pki/oids";
import { type RawTime, readTbs } from "@/lib/pki/tbs";
import type { WaitingAuthority } from "@/lib/signers/host-commands";

const timeText = ({ tag, content }: RawTime): string => {
  const time = parseTime(tag, content);
  return time === null ? "a time that can't be read" : formatIso(time);
};

type AuthorityFacts = Omit<
  WaitingAuthority,
  "certificateId" | "authorityId" | "name" | "requestedBy"
> &
  Readonly<{ spkiDer: Uint8Array }>;

/** What the operator has to see before a CA certificate is signed, from its very bytes. */
export function readAuthorityFacts(tbsDer: Uint8Array): AuthorityFacts {
  const { extensions, subjectDer, issuerDer, notBefore, notAfter, spkiDer } = readTbs(tbsDer);
  const all = extensions ?? [];
  const subject = describeName(subjectDer);
  const issuer = describeName(issuerDer);
  return {
    subject,
    issuer: issuer === subject ? null : issuer,
    pathLength:
      extensionValue(all, extensionOids.basicConstraints, readBasicConstraints)?.pathLength ?? null,
    hasNameConstraints: all.some(({ oid }) => oid === extensionOids.nameConstraints),
    notBefore: timeText(notBefore),
    notAfter: timeText(notAfter),
    keyText: inspectPublicKey(spkiDer).text,
    spkiSha256: sha256Hex(spkiDer),
    tbsSha256: sha256Hex(tbsDer),
    spkiDer,
  };
}
