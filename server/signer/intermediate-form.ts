import type { TbsContext } from "@/lib/pki/evaluate-tbs";
import { systemRules } from "@/lib/pki/system-rules";
import type { TbsFacts } from "@/lib/pki/tbs-facts";
import { intermediateCommonName, intermediateProfile, trustDomainOf } from "@/lib/pki/trust-domain";
import type { StoredPlan } from "./read-stored-plans";
import { refuse } from "./refuse";

type Form = Pick<TbsContext, "rules" | "identity"> & Readonly<{ trustDomain: string }>;

/**
 * The one form of a CA certificate for a client's key, whatever the database says of its profile: one
 * trust domain, which bounds what it issues, and a subject that no other CA has. Throws
 * `signer.own-form`.
 */
export function intermediateFormOf(
  { id, serial, identityKind }: Pick<StoredPlan, "id" | "serial" | "identityKind">,
  { sans, subject }: TbsFacts,
): Form {
  const trustDomain = trustDomainOf(sans);
  const commonNames = subject.filter(({ type }) => type === "CN").map(({ value }) => value);
  if (trustDomain === null)
    refuse(
      "signer.own-form",
      `${id} wasn't signed: a CA of a client has the SPIFFE ID of one trust domain as its only name.`,
    );
  if (identityKind === "system")
    refuse(
      "signer.own-form",
      `${id} wasn't signed: the profile ${intermediateProfile} is for the CAs of clients, not for Chancery itself.`,
    );
  const [organization, , ...more] = subject;
  const isOwnSubject =
    organization?.type === "O" &&
    commonNames[0] === intermediateCommonName(serial) &&
    more.length === 0;
  if (!isOwnSubject)
    refuse("signer.own-form", `${id} wasn't signed: it has another subject than such CAs have.`);
  const identity = {
    commonNames,
    offered: [],
    earlier: { commonNames, sans },
    isSelfService: false,
  };
  return { rules: systemRules[intermediateProfile], identity, trustDomain };
}
