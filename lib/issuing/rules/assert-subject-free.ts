import { AppError } from "@/lib/errors/app-error";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { describeName } from "@/lib/pki/names";
import type { DistinguishedName } from "@/lib/pki/types";
import { lockAuthoritySubjects } from "@/lib/issuing/authority-plan-repository";

type SubjectParts = Readonly<{ organization: string; name: string }>;

/** The subject of an authority's certificate. */
export const subjectOf = ({ organization, name }: SubjectParts): DistinguishedName => [
  { type: "O", value: organization },
  { type: "CN", value: name },
];

/** Case and blanks don't tell two names apart (RFC 5280 §7.1). */
const compared = (text: string): string =>
  text.normalize("NFKC").toLowerCase().replaceAll(/\s+/g, " ").trim();

const generation = / G(\d{1,4})$/;

/**
 * The name of the next generation whose subject none of the others has: "Issuing CA G2" after
 * "Issuing CA". An issuer's subject is what relying parties find its CRL by, so some of them take
 * the CRL of one authority for that of another with the same subject (RFC 5280 §4.1.2.6, §5.1.2.3).
 */
function nextGeneration(parts: SubjectParts, subjects: readonly string[]): string {
  const taken = new Set(subjects.map(compared));
  const base = parts.name.replace(generation, "");
  for (let number = Number(generation.exec(parts.name)?.[1] ?? 1) + 1; ; number += 1) {
    const suffix = ` G${number}`;
    // A common name has 64 characters at most.
    const name = `${base.slice(0, 64 - suffix.length)}${suffix}`;
    if (!taken.has(compared(describeName(subjectOf({ ...parts, name }))))) return name;
  }
}

/** Errors: `authority.subject-taken`, with a name that is free. */
export async function assertSubjectFree(tx: AuditedTx, parts: SubjectParts): Promise<void> {
  const subjects = await lockAuthoritySubjects(tx);
  const own = compared(describeName(subjectOf(parts)));
  if (!subjects.some((subject) => compared(subject) === own)) return;
  const message = `Another CA has this name already, and relying parties would take the CRL of one for the CRL of the other. Choose another name, for example ${nextGeneration(parts, subjects)}.`;
  throw new AppError("authority.subject-taken", message, {
    findings: [
      { code: "authority.subject-taken", path: "name", message, clause: "RFC 5280 §4.1.2.6" },
    ],
  });
}
