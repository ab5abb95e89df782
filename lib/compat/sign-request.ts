import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { findIssuer, type Issuer } from "@/lib/authorities/find-issuer";
import { listCaCertificates } from "@/lib/authorities/list-ca-certificates";
import type { CertificateDto } from "@/lib/certificates/schema";
import { assertUnspent, issueBySecret } from "@/lib/enrollment/issue-by-secret";
import { AppError } from "@/lib/errors/app-error";
import { findIdentity } from "@/lib/identities/read-identities";
import { issuanceRequest } from "@/lib/issuing/decide-issuance";
import { issueForRequest } from "@/lib/issuing/issue-for-request";
import type { CompatibleApi } from "@/lib/log/detail-types";
import type { MaybeRecorded } from "@/lib/log/record/recorded";
import { fromPem } from "@/lib/pki/pem";
import { findProfile, type Profile } from "@/lib/profiles/read-profiles";
import { profileSlug } from "@/lib/profiles/schema";
import type { Deps } from "@/lib/runtime/deps";
import { assertWithinCsr, type NamesBesideCsr } from "./assert-within-csr";
import { boundValidity, type WantedValidity } from "./bound-validity";

/** What a client of another product's API asks for. */
export type SignRequest = Readonly<{
  via: CompatibleApi;
  /** The slug of a profile. */
  profile: string;
  /** The slug, name or ID of the authority that has to sign; null for the profile's. */
  authority: string | null;
  /** What stands for the identity: its ID or name, or EMPTY for the caller's; null if nothing does. */
  endEntity: string | null;
  csr: string;
  beside: NamesBesideCsr;
  validity: WantedValidity;
}>;
export type SignedForClient = Readonly<{
  certificate: CertificateDto;
  der: Uint8Array;
  /** The certificates of the issuer and of the CAs above it, the root last. */
  chain: readonly Uint8Array[];
  /** What was asked for and wasn't granted, in words. */
  warnings: readonly string[];
}>;
type SignDeps = Pick<
  Deps,
  "db" | "clock" | "random" | "recorder" | "signer" | "publicUrl" | "keyQueue"
>;

/**
 * Signs a CSR for the identity of the caller, as that identity asking for itself: for names that it
 * holds, under a profile that identities may use alone. A lifetime beyond profile or CA is cut, with
 * a warning. Errors: `compat.identity-required`, `compat.unknown-profile`, `compat.unknown-authority`,
 * `compat.names-differ`, those of `issueCertificate` and `issueBySecret`.
 */
export async function signRequest(
  deps: SignDeps,
  actor: Actor,
  request: SignRequest,
): Promise<MaybeRecorded<SignedForClient>> {
  const scope = authorize(actor, "certificates.issue");
  if (scope !== "own" || actor.identityId === null) throw identityRequired();
  const isBySecret = actor.kind === "enrollment-secret";
  // A spent secret is reported as such whatever it is sent with, or its thief's use goes unnoticed.
  if (isBySecret) await assertUnspent(deps, actor);
  const profile = await getUsableProfile(deps, request.profile);
  const issuer = await getIssuer(deps, profile, request.authority);
  await assertEndEntity(deps, actor.identityId, request.endEntity);
  assertWithinCsr(request.csr, request.beside);
  // Read before anything is signed: what fails afterwards has cost a use of a secret.
  const chain = await listCaCertificates(deps, issuer.id);
  const { request: validity, warning } = boundValidity(request.validity, {
    maxSeconds: profile.rules.validitySecondsMax,
    issuerEnd: issuer.facts.notAfter,
    now: deps.clock.now(),
  });
  const { csr, via } = request;
  const input = { profile: profile.slug, identity: actor.identityId, csr, ...validity };
  const { result, entryId } = isBySecret
    ? await issueBySecret(deps, actor, input, "ejbca")
    : await issueForRequest(deps, actor, { ...issuanceRequest(actor, scope, input), via });
  return {
    result: {
      certificate: result,
      der: derOfCertificate(result),
      chain,
      warnings: [...(warning === null ? [] : [warning]), ...describeNotGranted(result)],
    },
    entryId,
  };
}

/** The profile of this slug. Errors: `compat.unknown-profile`. */
async function getUsableProfile(deps: Pick<Deps, "db">, slug: string): Promise<Profile> {
  const profile = profileSlug.safeParse(slug).success ? await findProfile(deps, slug) : null;
  if (profile === null || profile.system || profile.slug !== slug)
    throw new AppError(
      "compat.unknown-profile",
      `There is no profile ${slug.slice(0, 64)}. Name a profile by its slug, such as tls-server.`,
    );
  return profile;
}

/** The authority that signs for a profile. Errors: `compat.unknown-authority`. */
async function getIssuer(
  deps: Pick<Deps, "db" | "clock">,
  { slug, authorityId }: Profile,
  wanted: string | null,
): Promise<Issuer> {
  const issuer = authorityId === null ? null : await findIssuer(deps, authorityId);
  const isWanted =
    issuer !== null && (wanted === null || [issuer.id, issuer.slug, issuer.name].includes(wanted));
  if (isWanted) return issuer;
  throw new AppError(
    "compat.unknown-authority",
    wanted === null
      ? `No authority signs for the profile ${slug}.`
      : `${wanted.slice(0, 128)} isn't the authority that signs for the profile ${slug}.`,
  );
}

/** EJBCA's own name for the end entity profile that restricts nothing. */
const noEndEntity = "EMPTY";

/** Errors: `compat.unknown-profile`. */
async function assertEndEntity(
  deps: Pick<Deps, "db">,
  identityId: string,
  wanted: string | null,
): Promise<void> {
  if (wanted === null || wanted === noEndEntity || wanted === identityId) return;
  if ((await findIdentity(deps, identityId))?.name === wanted) return;
  throw new AppError(
    "compat.unknown-profile",
    `The end entity profile ${wanted.slice(0, 128)} isn't the identity of this credential. Send its name or ID, or EMPTY.`,
  );
}

function derOfCertificate({ pem }: CertificateDto): Uint8Array {
  const [der] = fromPem(pem ?? "");
  if (der === undefined) throw new Error("unreachable: an issued certificate has its PEM");
  return der;
}

/** What the CSR asks for and the certificate doesn't have, and what was noticed. */
const describeNotGranted = ({ ignored = [], findings = [] }: CertificateDto): string[] => [
  ...ignored.map((what) => `The CSR asks for ${what}, which the certificate doesn't have.`),
  ...findings.map(({ message }) => message),
];

const identityRequired = (): AppError =>
  new AppError(
    "compat.identity-required",
    "This call can't say for which identity the certificate is. Use a token of role service or the client certificate of the identity.",
  );
