import { createHash } from "node:crypto";
import { AppError } from "@/lib/errors/app-error";
import { encodeSignatureAlgorithm } from "@/lib/pki/algorithms";
import { extensionValue, readCertificate } from "@/lib/pki/certificate";
import { readBasicConstraints } from "@/lib/pki/extension-values";
import { extensionOids } from "@/lib/pki/oids";
import { readTbs } from "@/lib/pki/tbs";
import type { SignatureAlgorithm } from "@/lib/pki/types";
import type { StoredPlan } from "./stored-plans";

type Issuer = Readonly<{ spkiDer: Uint8Array; signatureAlgorithm: SignatureAlgorithm }>;

const authorityProfiles: ReadonlySet<string> = new Set(["root-ca", "issuing-ca"]);
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function refuse(code: string, message: string): never {
  throw new AppError(code, message, { kind: "conflict" });
}

function checkEntry(plan: StoredPlan): void {
  if (!plan.entry)
    refuse("signer.no-record", `No entry records the plan of ${plan.id}, so it is not signed.`);
  const entry = JSON.parse(Buffer.from(plan.entry).toString("utf8")) as {
    action?: unknown;
    target?: { id?: unknown } | null;
    details?: Record<string, unknown>;
  };
  const { details = {} } = entry;
  const expected: Readonly<Record<string, string>> = {
    tbsSha256: createHash("sha256").update(plan.tbsDer).digest("hex"),
    spkiSha256: hex(plan.spkiSha256),
    serial: hex(plan.serial),
    issuerId: plan.issuerId,
  };
  const differs = Object.entries(expected)
    .filter(([name, value]) => details[name] !== value)
    .map(([name]) => name);
  if (entry.action !== "certificate.planned" || entry.target?.id !== plan.id)
    refuse(
      "signer.no-record",
      `The entry of ${plan.id} records something else, so it is not signed.`,
    );
  if (differs.length > 0)
    refuse(
      "signer.plan-differs",
      `The plan of ${plan.id} is not what its entry recorded (${differs.join(", ")}), so it is not signed.`,
    );
}

const issuerNames = new WeakMap<Uint8Array, Uint8Array>();

function issuerNameOf(certificateDer: Uint8Array): Uint8Array {
  const known = issuerNames.get(certificateDer);
  if (known) return known;
  const { subjectDer } = readCertificate(certificateDer);
  issuerNames.set(certificateDer, subjectDer);
  return subjectDer;
}

function checkBytes(plan: StoredPlan, issuer: Issuer): void {
  const tbs = readTbs(plan.tbsDer);
  const selfSigned = same(tbs.spkiDer, issuer.spkiDer),
    active = plan.authorityStatus === "active";
  if (!active && !(selfSigned && plan.authorityStatus === "pending"))
    refuse("signer.authority-not-active", "This authority is not active, so it signs nothing.");
  const issuerName =
    active && plan.issuerCertificateDer ? issuerNameOf(plan.issuerCertificateDer) : tbs.subjectDer;
  const isAuthority =
    extensionValue(tbs.extensions ?? [], extensionOids.basicConstraints, readBasicConstraints)
      ?.isCa ?? false;
  const wrongs: readonly (readonly [boolean, string])[] = [
    [selfSigned && active, "carry their issuer's own key"],
    [!same(tbs.issuerDer, issuerName), "name another issuer"],
    [
      !same(tbs.algorithmDer, encodeSignatureAlgorithm(issuer.signatureAlgorithm)),
      "name another signature algorithm",
    ],
    [!same(tbs.serial, plan.serial), "hold another serial than their row"],
    [
      !same(createHash("sha256").update(tbs.spkiDer).digest(), plan.spkiSha256),
      "hold another key than their row",
    ],
    [
      isAuthority && !authorityProfiles.has(plan.profileKind),
      "would make an authority, which their profile does not",
    ],
  ];
  const wrong = wrongs.find(([isWrong]) => isWrong);
  if (wrong)
    refuse(
      "signer.plan-differs",
      `The planned bytes of ${plan.id} ${wrong[1]}, so they are not signed.`,
    );
}

/**
 * Passes if this plan may be signed: it waits for a signature, a committed entry recorded exactly these bytes, and they name this issuer,
 * this serial and this key. Errors: `signer.no-plan`, `signer.no-record`, `signer.plan-differs`, `signer.authority-not-active`.
 */
export function checkPlan(
  id: string,
  plan: StoredPlan | undefined,
  issuer: Issuer | null,
): asserts plan is StoredPlan {
  if (!plan) refuse("signer.no-plan", `There is no committed plan ${id}, so nothing is signed.`);
  if (plan.state !== "planned")
    refuse("signer.no-plan", `${id} is ${plan.state}: it does not wait for a signature.`);
  if (!issuer) refuse("signer.no-plan", `The issuer of ${id} has no key.`);
  checkEntry(plan);
  checkBytes(plan, issuer);
}
