import { AppError } from "@/lib/errors/app-error";
import type { AuditedTx } from "@/lib/log/record/audited-transaction";
import { describeHeldName, type CertificateName } from "@/lib/pki/held-names/held-name";
import { rowCovers, type CarriedName } from "@/lib/pki/held-names/carried-name";
import { namesNeeded } from "./name-carriers";
import { findNameBindingIn, listNamesOf, queryIn } from "./name-repository";

const labelOf = ({ type, value }: CarriedName): string =>
  type === "legacy" ? value : describeHeldName({ type, value } as CertificateName);

type HeldCertificate = Readonly<{
  sans: readonly string[];
  commonName: string;
  subjectText: string;
  serial: Uint8Array;
}>;

/**
 * Refuses to make a certificate valid again whose identity no longer holds one of its names:
 * another may have it by now. The transaction has locked the identity, so none is released
 * meanwhile. Where names are only observed, nothing is refused. Errors: `name.not-held`, naming
 * them.
 */
export async function assertNamesHeld(
  tx: AuditedTx,
  identityId: string,
  certificate: HeldCertificate,
): Promise<void> {
  const query = queryIn(tx);
  if ((await findNameBindingIn(query)) === "observed") return;
  const rows = await listNamesOf(query, identityId);
  const held = rows.filter(({ state }) => state === "held");
  const { sans, commonName, subjectText } = certificate;
  // Without any name, the subject is shown in place of the common name.
  if (sans.length === 0 && commonName === subjectText) return;
  const missing = namesNeeded(certificate).filter(
    (name) => !held.some((row) => rowCovers(row, name)),
  );
  const findings = missing.map((name) => ({
    code: "name.not-held",
    message: `The identity no longer holds ${labelOf(name)}, which this certificate carries. Add the name to it first, or revoke the certificate and issue a new one.`,
  }));
  const [first] = findings;
  if (first) throw new AppError("name.not-held", first.message, { findings });
}
