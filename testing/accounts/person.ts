import { createFirstAccount } from "@/lib/accounts/create-first-account";
import type { AccountDto, AccountRole } from "@/lib/accounts/schema";
import { updateAccount } from "@/lib/accounts/update-account";
import type { Actor } from "@/lib/access/actor";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import type { CertificateDto } from "@/lib/certificates/schema";
import type { ProvenPeer } from "@/lib/access/peer";
import type { Deps } from "@/lib/runtime/deps";
import { createIdentity } from "@/lib/identities/create-identity";
import { identityInput, type IdentityDto } from "@/lib/identities/schema";
import type { IdentityKind } from "@/lib/pki/types";
import { system } from "@/testing/actors";
import { toPem } from "@/lib/pki/pem";
import { acceptedOf } from "@/testing/accounts/accepted";
import { makeTestKey } from "@/testing/pki/authorities";
import { makeRequest } from "@/testing/pki/requests";

export const password = "correct horse battery staple";
const profiles = {
  person: "tls-client-person",
  service: "tls-client-service",
  device: "device",
} as const;
let made = 0;

/**
 * A signing request of a person, a service or a device, with a new key and the name that is the
 * identity's alone.
 */
export async function csrOf({ id, kind }: Readonly<{ id: string; kind: string }>): Promise<string> {
  const label = id.slice(-12);
  const sans =
    kind === "person"
      ? [{ type: "email", value: `${label}@example.com` } as const]
      : [{ type: "dns", value: `${label}.example.com` } as const];
  return toPem(
    "CERTIFICATE REQUEST",
    await makeRequest(makeTestKey("ecdsa-p256"), {
      subject: sans.map(({ value }) => ({ type: "CN", value })),
      sans,
    }),
  );
}

export async function makeIdentity(
  deps: Deps,
  actor: Actor,
  kind: IdentityKind = "person",
): Promise<IdentityDto> {
  const input = { kind, name: `${kind} ${++made}`, owner: "team@example.com" };
  return (await createIdentity(deps, actor, identityInput.parse(input))).result;
}

export async function issueFor(
  deps: Deps,
  actor: Actor,
  identity: IdentityDto,
  validitySeconds?: number,
): Promise<CertificateDto> {
  const { result } = await issueCertificate(deps, actor, {
    profile: profiles[identity.kind as IdentityKind],
    identity: identity.id,
    csr: await csrOf(identity),
    ...(validitySeconds === undefined ? {} : { validitySeconds }),
  });
  return result;
}

/** What the gateway says of a request that came with this certificate. */
export const peerOf = (certificate: CertificateDto, identity: IdentityDto): ProvenPeer => ({
  assertedBy: null,
  certificateId: certificate.id,
  serial: certificate.serial,
  fingerprintSha256: certificate.fingerprintSha256 ?? "",
  notAfter: new Date(certificate.notAfter),
  identity: { id: identity.id, name: identity.name, kind: identity.kind as IdentityKind },
  profile: profiles[identity.kind as IdentityKind],
});

export type Person = Readonly<{
  account: AccountDto;
  identity: IdentityDto;
  certificate: CertificateDto;
  peer: ProvenPeer;
}>;

/** Lets certificates of the identity sign in to the account, with everything that exists of it. */
export async function linkPerson(
  deps: Deps,
  actor: Actor,
  accountId: string,
  identityId: string,
): Promise<AccountDto> {
  const accepted = await acceptedOf(deps, identityId);
  return (await updateAccount(deps, actor, accountId, { identity: identityId, accepted })).result;
}

/** A person with an account, a linked identity and a valid certificate. */
export async function makePerson(
  deps: Deps,
  actor: Actor,
  role: AccountRole = "operator",
  validitySeconds?: number,
): Promise<Person> {
  const identity = await makeIdentity(deps, actor);
  const { id } = (
    await createFirstAccount(deps, system, {
      email: `${role}-${++made}@example.com`,
      name: "On call",
      role,
      password,
    })
  ).result;
  const certificate = await issueFor(deps, actor, identity, validitySeconds);
  return {
    account: await linkPerson(deps, actor, id, identity.id),
    identity,
    certificate,
    peer: peerOf(certificate, identity),
  };
}
