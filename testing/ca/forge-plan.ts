import { findIssuer } from "@/lib/authorities/find-issuer";
import { findIdentity } from "@/lib/identities/read-identities";
import { plannedEntry, plannedRow } from "@/lib/issuing/issuance-plan";
import { storePlan } from "@/lib/issuing/issuance-repository";
import type { PlannedRow } from "@/lib/issuing/plan-repository";
import { encodeEntry } from "@/lib/log/entry";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { makeNumberedEntry } from "@/lib/log/record/entry-numbers";
import type { NewEntry } from "@/lib/log/types";
import { statusUrls } from "@/lib/pki/authority-urls";
import { encodeExtension } from "@/lib/pki/extensions";
import { inspectPublicKey } from "@/lib/pki/keys";
import { describeName } from "@/lib/pki/names";
import { planAuthority, planCertificate } from "@/lib/pki/plan";
import { makeSerial } from "@/lib/pki/serial";
import { encodeTbs, readTbs } from "@/lib/pki/tbs";
import { readTbsFacts } from "@/lib/pki/tbs-facts";
import { intermediateCommonName } from "@/lib/pki/trust-domain";
import type { CertificatePlan, GeneralName, ProfileRules } from "@/lib/pki/types";
import { findProfile } from "@/lib/profiles/read-profiles";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { makeTestKey } from "@/testing/pki/authorities";
import { namesIn, type NameText } from "./names-fixture";

/** The parts of a TBSCertificate; extensions by their OID, in order. */
export type TbsParts = Omit<Parameters<typeof encodeTbs>[0], "extensions"> &
  Readonly<{ extensions: ReadonlyMap<string, Uint8Array> }>;

export type Forgery = Readonly<{
  identity: string;
  /** `tls-server` by default. */
  profile?: string;
  /** The slug of the CA, `issuing` by default. */
  issuer?: string;
  names?: readonly GeneralName[];
  commonName?: string;
  /** Set for a CA of a client, with the subject that such CAs have. */
  trustDomain?: string;
  /** Other rules than those of the profile. */
  rules?: Partial<ProfileRules>;
  spkiDer?: Uint8Array;
  /** What is different from what the rules produce. */
  change?: (parts: TbsParts) => Partial<TbsParts>;
  /** The bytes themselves, after all of it. */
  bytes?: (tbsDer: Uint8Array) => Uint8Array;
  row?: Partial<PlannedRow>;
  /** The entry, where it differs from the row. */
  recorded?: Partial<PlannedRow>;
}>;

/**
 * Commits a plan with its entry as whoever has the application's database role can, past every use
 * case; returns its id. Without changes the signer signs it.
 */
export async function forgePlan(deps: Deps, forgery: Forgery): Promise<string> {
  const profile = await findProfile(deps, forgery.profile ?? "tls-server");
  const issuer = await findIssuer(deps, forgery.issuer ?? "issuing", true);
  const identity = await findIdentity(deps, forgery.identity);
  if (!profile || !issuer || !identity) throw new Error("there is nothing to forge a plan for");
  const rules = { ...profile.rules, ...forgery.rules };
  const plan = changed(planBytes(deps, forgery, rules, issuer), forgery);
  const now = deps.clock.now();
  const context = {
    issuerId: issuer.id,
    profile,
    identityId: identity.id,
    csrDer: null,
    requestedBy: "someone",
    predecessorId: null,
    now,
    randomBytes: deps.random.bytes,
  };
  const row = { ...plannedRow(plan, context), ...forgery.row };
  const decision = { profileVersion: row.profileVersion, rules: [] };
  const recorded = { ...row, ...forgery.recorded };
  const entry = makeNumberedEntry(
    deps.recorder,
    adminActor(),
    plannedEntry(recorded, decision, null),
    now,
  );
  const item = { row, identityEpoch: identity.epoch, entry: encodeEntry(entry), claim: null };
  if (!(await storePlan(deps.db, item))) throw new Error("the database did not take the plan");
  return row.id;
}

type Issuer = NonNullable<Awaited<ReturnType<typeof findIssuer>>>;

function planBytes(
  deps: Deps,
  { names = [], commonName, trustDomain, spkiDer = makeTestKey("ecdsa-p256").spkiDer }: Forgery,
  rules: ProfileRules,
  issuer: Issuer,
): CertificatePlan {
  const isAuthority = rules.kind === "root-ca" || rules.kind === "issuing-ca";
  const subject = commonName === undefined ? [] : [{ type: "CN", value: commonName }];
  const commonNames = subject.map(({ value }) => value);
  const common = {
    rules,
    issuer: issuer.facts,
    serial: makeSerial(deps.random.bytes),
    now: deps.clock.now(),
    urls: statusUrls(deps.publicUrl, issuer.slug),
  };
  const { signatureAlgorithm } = issuer.facts;
  const { plan, findings } = isAuthority
    ? planAuthority({
        ...common,
        subject: trustDomain === undefined ? subject : intermediateSubject(common.serial),
        trustDomain,
        spkiDer,
        signatureAlgorithm,
        validitySeconds: rules.validitySecondsDefault,
      })
    : planCertificate({
        ...common,
        profileName: "forged",
        csr: {
          der: new Uint8Array(),
          subject,
          subjectText: "",
          sans: names,
          key: inspectPublicKey(spkiDer),
          ignoredExtensions: [],
          ignoredAttributes: [],
        },
        identity: {
          commonNames,
          offered: names,
          earlier: { commonNames, sans: names },
          isSelfService: false,
        },
      });
  if (!plan) throw new Error(findings.map(({ message }) => message).join(" "));
  return plan;
}

const intermediateSubject = (serial: Uint8Array) => [
  { type: "O", value: "Example" },
  { type: "CN", value: intermediateCommonName(serial) },
];

function changed(plan: CertificatePlan, { change, bytes }: Forgery): CertificatePlan {
  const tbs = readTbs(plan.tbsDer);
  const parts: TbsParts = {
    ...tbs,
    ...readTbsFacts(readTbs(plan.tbsDer)).validity,
    extensions: new Map(
      (tbs.extensions ?? []).map(({ oid, critical, value }) => [
        oid,
        encodeExtension(oid, critical, value),
      ]),
    ),
  };
  const next = { ...parts, ...change?.(parts) };
  const tbsDer = encodeTbs({ ...next, extensions: [...next.extensions.values()] });
  const { serial, notBefore, notAfter, subjectDer, spkiDer } = next;
  return {
    ...plan,
    tbsDer: bytes ? bytes(tbsDer) : tbsDer,
    serial,
    notBefore,
    notAfter,
    subjectDer,
    subjectText: describeName(subjectDer),
    key: spkiDer === tbs.spkiDer ? plan.key : inspectPublicKey(spkiDer),
  };
}

const isSan = (name: NameText): name is GeneralName => name.type !== "cn";

/** A plan for names as text: `DNS:x.example.com CN:payments`. */
export function forgeForNames(
  deps: Deps,
  identity: string,
  text: string,
  more: Partial<Forgery>,
): Promise<string> {
  const names = namesIn(text);
  const commonName = names.find(({ type }) => type === "cn")?.value;
  const own = commonName === undefined ? {} : { commonName };
  return forgePlan(deps, { identity, names: names.filter(isSan), ...own, ...more });
}

/** The extensions with some replaced, added or, with null, left out. */
export const withExtensions = (
  { extensions }: TbsParts,
  changes: Readonly<Record<string, Uint8Array | null>>,
): Pick<TbsParts, "extensions"> => {
  const next = new Map(extensions);
  for (const [oid, der] of Object.entries(changes))
    if (der === null) next.delete(oid);
    else next.set(oid, der);
  return { extensions: next };
};

/** Changes rows with the application's database role, under entries of the attacker's making. */
export async function changeAsApplication(
  deps: Deps,
  entries: readonly [NewEntry, ...NewEntry[]],
  ...statements: readonly (readonly [sql: string, ...values: unknown[]])[]
): Promise<void> {
  await auditedTransaction(deps.recorder, adminActor(), async (tx) => {
    for (const [sql, ...values] of statements) await tx.$executeRawUnsafe(sql, ...values);
    return { result: null, entries };
  });
}
