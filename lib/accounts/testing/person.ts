import { createAccount } from "@/lib/accounts/create-account";
import type { AccountDto, AccountRole } from "@/lib/accounts/schema";
import { updateAccount } from "@/lib/accounts/update-account";
import type { Actor } from "@/lib/auth/actor";
import { issueCertificate } from "@/lib/certificates/issue-certificate";
import type { CertificateDto } from "@/lib/certificates/schema";
import type { Peer } from "@/lib/custody/types";
import type { Deps } from "@/lib/deps";
import { createIdentity } from "@/lib/identities/create-identity";
import { identityInput, type IdentityDto, type IdentityKind } from "@/lib/identities/schema";
import { toPem } from "@/lib/pki/pem";
import { makeTestKey } from "@/lib/pki/testdata/authorities";
import { makeRequest } from "@/lib/pki/testdata/requests";

export const password = "correct horse battery staple";
const profiles = {
  person: "tls-client-person",
  service: "tls-client-service",
  device: "device",
} as const;
let made = 0;

/** A signing request of a person, a service or a device, with a new key. */
export async function csrOf(kind: IdentityKind): Promise<string> {
  const sans =
    kind === "person"
      ? [{ type: "email", value: "on-call@example.com" } as const]
      : [{ type: "dns", value: "pay.example.com" } as const];
  return toPem(
    "CERTIFICATE REQUEST",
    await makeRequest(makeTestKey("ecdsa-p256"), {
      subject: [{ type: "CN", value: "on-call" }],
      sans,
    }),
  );
}

export const makeIdentity = (
  deps: Deps,
  actor: Actor,
  kind: IdentityKind = "person",
): Promise<IdentityDto> =>
  createIdentity(
    deps,
    actor,
    identityInput.parse({ kind, name: `${kind} ${++made}`, owner: "team@example.com" }),
  );

export const issueFor = async (
  deps: Deps,
  actor: Actor,
  { id, kind }: IdentityDto,
  validitySeconds?: number,
): Promise<CertificateDto> =>
  issueCertificate(deps, actor, {
    profile: profiles[kind as IdentityKind],
    identity: id,
    csr: await csrOf(kind as IdentityKind),
    ...(validitySeconds === undefined ? {} : { validitySeconds }),
  });

/** What the door says of a request that came with this certificate. */
export const peerOf = (certificate: CertificateDto, identity: IdentityDto): Peer => ({
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
  peer: Peer;
}>;

/** A person with an account, a linked identity and a certificate in force. */
export async function makePerson(
  deps: Deps,
  actor: Actor,
  role: AccountRole = "operator",
  validitySeconds?: number,
): Promise<Person> {
  const identity = await makeIdentity(deps, actor);
  const { id } = await createAccount(deps, actor, {
    email: `${role}-${++made}@example.com`,
    name: "On call",
    role,
    password,
  });
  const certificate = await issueFor(deps, actor, identity, validitySeconds);
  return {
    account: await updateAccount(deps, actor, id, { identity: identity.id }),
    identity,
    certificate,
    peer: peerOf(certificate, identity),
  };
}
