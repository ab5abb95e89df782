import type { Finding } from "@/lib/errors/types";
import { lintReadTbs } from "@/lib/pki/lint/lint-tbs";
import { readExtendedKeyUsage, readKeyUsage } from "@/lib/pki/lint/readers";
import { extensionValue } from "./certificate";
import { equalBytes } from "./der";
import { inspectPublicKey, signatureAlgorithmOf } from "./keys";
import type { IdentityNames } from "./names-request";
import { extendedKeyUsageOids, extensionOids, nameOfOid } from "./oids";
import { planAuthority, planCertificate } from "./plan";
import { findTimeProblems, type TimeTolerance } from "./plan-validity";
import { isError } from "./rule-checks";
import { readTbs } from "./tbs";
import type { TbsFacts } from "./tbs-facts";
import type { IssuerFacts, PlanResult, ProfileRules, StatusUrls } from "./types";

/** What bytes are evaluated by; nothing of it comes from them. */
export type TbsContext = Readonly<{
  rules: ProfileRules;
  profileName: string;
  /** Null: they are for a root, which signs itself. */
  issuer: IssuerFacts | null;
  identity: IdentityNames;
  urls: StatusUrls;
  now: Date;
  tolerance: TimeTolerance;
  /** Set for a CA of a client, whose path length is that of the rules. */
  trustDomain?: string | undefined;
}>;

/**
 * Everything that is wrong with bytes that are about to be signed; empty if they are exactly what
 * the profile produces for their key, names and times, and those are within its rules, the lints
 * and the clock. They are planned again by the code that plans requests (`planCertificate`,
 * `planAuthority`) and compared, so that nothing can be in them that no rule mentions.
 */
export function evaluateTbs(facts: TbsFacts, context: TbsContext): Finding[] {
  const { rules, issuer, now, tolerance } = context;
  const isAuthority = rules.kind === "root-ca" || rules.kind === "issuing-ca";
  const result = isAuthority ? planAuthorityAgain(facts, context) : planAgain(facts, context);
  return [
    ...findTimeProblems({ rules, issuer, now, tolerance, validity: facts.validity }),
    ...(isAuthority ? [] : findForeignUsages(facts, rules)),
    ...result.findings.filter(isError),
    ...lintReadTbs(facts.tbs, { issuer, rules }).filter(isError),
    ...findDifferences(facts, result),
  ];
}

function planAgain({ tbs, sans, subject, validity }: TbsFacts, context: TbsContext): PlanResult {
  const { rules, profileName, identity, urls, now } = context;
  if (context.issuer === null) throw new Error("only a root signs itself");
  return planCertificate({
    rules,
    profileName,
    issuer: context.issuer,
    csr: {
      der: new Uint8Array(),
      subject,
      subjectText: "",
      sans,
      key: inspectPublicKey(tbs.spkiDer),
      ignoredExtensions: [],
      ignoredAttributes: [],
    },
    identity,
    serial: tbs.serial,
    now,
    validity,
    urls,
  });
}

function planAuthorityAgain(
  { tbs, subject, validity, pathLength }: TbsFacts,
  { rules, issuer, urls, now, trustDomain }: TbsContext,
): PlanResult {
  const signatureAlgorithm = issuer?.signatureAlgorithm ?? signatureAlgorithmOf(tbs.spkiDer);
  if (signatureAlgorithm === null)
    return {
      plan: null,
      names: { sans: [], subjectDer: tbs.subjectDer },
      rules: [],
      findings: [foreign("The key is of a kind that no CA has.")],
    };
  return planAuthority({
    // The path length of Chancery's own CA is the administrator's choice, within that of the CA above.
    rules: trustDomain === undefined ? { ...rules, pathLength } : rules,
    trustDomain,
    subject,
    spkiDer: tbs.spkiDer,
    issuer,
    signatureAlgorithm,
    serial: tbs.serial,
    now,
    validitySeconds: rules.validitySecondsMax,
    validity,
    urls,
  });
}

const foreign = (message: string): Finding => ({
  code: "certificate.differs-from-profile",
  message,
  clause: "profile",
  path: "tbs",
});

/** Usages that belong to CAs and to Chancery's responders, whatever the rules of a profile say. */
function findForeignUsages({ tbs, isCa }: TbsFacts, { kind }: ProfileRules): Finding[] {
  const extensions = tbs.extensions ?? [];
  const usages = extensionValue(extensions, extensionOids.keyUsage, readKeyUsage) ?? [];
  const purposes =
    extensionValue(extensions, extensionOids.extKeyUsage, readExtendedKeyUsage) ?? [];
  const isForeign =
    isCa ||
    usages.includes("keyCertSign") ||
    usages.includes("cRLSign") ||
    (kind !== "ocsp-responder" && purposes.includes(extendedKeyUsageOids.ocspSigning));
  return isForeign
    ? [
        foreign(
          "Only CAs can sign certificates and CRLs, and only Chancery's own responders OCSP responses. Remove these usages from the profile.",
        ),
      ]
    : [];
}

/** Where the bytes differ from those that were planned again. Without a plan there are findings. */
function findDifferences({ tbs }: TbsFacts, { plan }: PlanResult): Finding[] {
  if (plan === null || equalBytes(plan.tbsDer, tbs.tbsDer)) return [];
  const expected = readTbs(plan.tbsDer).extensions ?? [];
  const actual = tbs.extensions ?? [];
  const differing = [...actual, ...expected].find(({ oid }) => {
    const [one, other] = [actual, expected].map((list) => list.find((item) => item.oid === oid));
    if (!one || !other) return true;
    return one.critical !== other.critical || !equalBytes(one.value, other.value);
  });
  const where = differing ? `in ${nameOfOid(differing.oid)}` : "in its subject or its form";
  return [
    foreign(
      `The certificate isn't exactly what its profile produces: it differs ${where}. Request it again.`,
    ),
  ];
}
