import {
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  statusExtensions,
  subjectAltNameExtension,
  subjectKeyIdentifierExtension,
  trustDomainConstraintsExtension,
} from "./extensions";
import { subjectKeyIdentifier } from "./keys";
import type { Validity } from "./plan-validity";
import { trustDomainId } from "./trust-domain";
import type {
  DistinguishedName,
  GeneralName,
  IssuerFacts,
  ProfileRules,
  SignatureAlgorithm,
  StatusUrls,
} from "./types";

export type AuthorityRequest = Readonly<{
  rules: ProfileRules;
  subject: DistinguishedName;
  spkiDer: Uint8Array;
  /** Null: it signs itself. */
  issuer: IssuerFacts | null;
  /** Set for a CA of a client: its only name is that of the trust domain, which bounds what it issues. */
  trustDomain?: string | undefined;
  /** How the issuer (or, self-signed, the key itself) signs. */
  signatureAlgorithm: SignatureAlgorithm;
  serial: Uint8Array;
  now: Date;
  validitySeconds: number;
  /** The times of bytes that exist already: their reader evaluates these and lints the bytes. */
  validity?: Validity | undefined;
  urls: StatusUrls;
}>;

/** The names of a CA's certificate besides its subject. */
export const authoritySans = ({ trustDomain }: AuthorityRequest): readonly GeneralName[] =>
  trustDomain === undefined ? [] : [trustDomainId(trustDomain)];

/** The extensions of a CA's certificate. */
export function authorityExtensions(request: AuthorityRequest): Uint8Array[] {
  const { rules, issuer, spkiDer, urls, trustDomain } = request;
  const own = subjectKeyIdentifier(spkiDer);
  return [
    authorityKeyIdentifierExtension(issuer?.subjectKeyIdentifier ?? own),
    subjectKeyIdentifierExtension(own),
    keyUsageExtension(rules.keyUsage),
    ...(rules.extendedKeyUsage.length > 0
      ? [extendedKeyUsageExtension(rules.extendedKeyUsage)]
      : []),
    basicConstraintsExtension(true, rules.pathLength),
    ...(trustDomain === undefined
      ? []
      : [
          subjectAltNameExtension(authoritySans(request), false),
          trustDomainConstraintsExtension(trustDomain),
        ]),
    // A root is trusted by being installed; only it could state its own revocation.
    ...(issuer === null ? [] : statusExtensions(urls)),
  ];
}
