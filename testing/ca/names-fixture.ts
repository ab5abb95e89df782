import type { Actor } from "@/lib/access/actor";
import type { IssueInput } from "@/lib/certificates/request-schema";
import type { CertificateDto } from "@/lib/certificates/schema";
import { isAppError } from "@/lib/errors/app-error";
import { createIdentity } from "@/lib/identities/create-identity";
import { getIdentity } from "@/lib/identities/read-identities";
import type { IdentityDto } from "@/lib/identities/schema";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { changeNames } from "@/lib/names/change-names";
import { namesChange } from "@/lib/names/schema";
import { toPem } from "@/lib/pki/pem";
import type { ProfileRules, GeneralName, IdentityKind } from "@/lib/pki/types";
import { createProfile } from "@/lib/profiles/create-profile";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, assertedActor, operatorActor } from "@/testing/actors";
import { makeTestKey } from "@/testing/pki/authorities";
import { makeRequest } from "@/testing/pki/requests";

export type NameText = Readonly<{ type: "dns" | "ip" | "uri" | "email" | "cn"; value: string }>;
const types = { DNS: "dns", IP: "ip", URI: "uri", email: "email", CN: "cn" } as const;

/** `DNS:pay.e.example IP:10.0.0.1` as names. */
export const namesIn = (text: string): NameText[] =>
  text
    .split(" ")
    .filter((one) => one !== "")
    .map((one) => {
      const at = one.indexOf(":");
      return { type: types[one.slice(0, at) as keyof typeof types], value: one.slice(at + 1) };
    });

const isSan = (name: NameText): name is GeneralName => name.type !== "cn";

/** A request with a new key for names; the common name is the first CN among them. */
export async function csrFor(text: string): Promise<string> {
  const names = namesIn(text);
  const subject = names
    .filter(({ type }) => type === "cn")
    .map(({ value }) => ({ type: "CN", value }) as const);
  const request = { subject, sans: names.filter(isSan) };
  return toPem("CERTIFICATE REQUEST", await makeRequest(makeTestKey("ecdsa-p256"), request));
}

/** What came of it: `done`, or the code of each reason, in order and once each. */
export async function outcomeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return "done";
  } catch (error) {
    if (!isAppError(error)) throw error;
    const codes = error.code === "certificate.refused" ? error.findings : [error];
    return [...new Set(codes.map(({ code }) => code))].join(" ");
  }
}

/** Callers for an identity: staff, and the identity by each of its ways in. */
export const callers = {
  administrator: () => adminActor(),
  operator: () => operatorActor(),
  certificate: (identityId: string) =>
    operatorActor({ kind: "certificate", role: "service", id: "crt_01own", identityId }),
  token: (identityId: string) =>
    operatorActor({ kind: "token", role: "service", id: "tok_01own", identityId }),
  asserted: (identityId: string) => assertedActor({ identityId }) as unknown as Actor,
  approver: () => operatorActor({ role: "approver" }),
  auditor: () => operatorActor({ role: "auditor" }),
  stranger: () => operatorActor({ role: null, kind: "anonymous", id: null }),
} as const satisfies Record<string, (identityId: string) => Actor>;

let made = 0;

/** A profile for all kinds and for themselves that allows the names of e.example. */
export async function makeNamesProfile(
  deps: Deps,
  change: Partial<Record<string, unknown>> = {},
  more: Partial<ProfileRules> = {},
): Promise<string> {
  const { rules } = await getProfile(deps, adminActor(), "tls-client-service");
  const slug = `names-${++made}`;
  const input = profileInput.parse({
    slug,
    name: slug,
    authority: "issuing",
    rules: {
      ...rules,
      identityKinds: ["person", "service", "device"],
      subject: { commonName: "optional", commonNameFrom: "san-or-identity", fixed: [] },
      san: {
        types: ["dns", "ip", "uri", "email"],
        min: 0,
        max: 50,
        dnsPatterns: ["e.example", "**.e.example", "edge"],
        wildcards: true,
        ipRanges: ["10.0.0.0/8", "127.0.0.0/8", "2001:db8::/32"],
        emailDomains: ["e.example"],
        uriPrefixes: ["spiffe://e.example/", "spiffe://e.example", "https://e.example/"],
        ...change,
      },
      ...more,
    },
  });
  await createProfile(deps, adminActor(), input);
  return slug;
}

/** An identity that holds these names; as an administrator, because of patterns. */
export async function makeHolder(
  deps: Deps,
  text = "",
  { kind = "service", name }: Readonly<{ kind?: IdentityKind; name?: string }> = {},
): Promise<IdentityDto> {
  const input = { kind, name: name ?? `holder ${++made}`, owner: "team@e.example", note: "" };
  return (await createIdentity(deps, adminActor(), { ...input, names: namesIn(text) })).result;
}

/** Issues a certificate with these names under a profile of `makeNamesProfile`. */
export async function issueNames(
  deps: Deps,
  actor: Actor,
  request: Readonly<{ profile: string; identity: string; names: string }> & Partial<IssueInput>,
): Promise<CertificateDto> {
  const { names, ...input } = request;
  return (await issueCertificate(deps, actor, { csr: await csrFor(names), ...input })).result;
}

/** Adds and releases names of an identity. */
export const editNames = (
  deps: Deps,
  actor: Actor,
  id: string,
  {
    add = "",
    release = "",
    onRelease = "reserve",
  }: Readonly<{ add?: string; release?: string; onRelease?: "reserve" | "revoke" | "free" }>,
) =>
  changeNames(
    deps,
    actor,
    id,
    namesChange.parse({ add: namesIn(add), release: namesIn(release), onRelease }),
  );

/** The names of an identity besides its own: `dns:x.e.example held`. */
export async function heldBy(deps: Deps, id: string): Promise<string[]> {
  const { names } = await getIdentity(deps, adminActor(), id);
  return names
    .filter(({ origin }) => origin !== "identity")
    .map(({ type, value, state }) => `${type}:${value} ${state}`)
    .toSorted();
}

/** Codes as tables of expectations write them. */
export const nameCodes = {
  NH: "name.not-held",
  HBA: "name.held-by-another",
  NC: "name.not-canonical",
  INV: "name.invalid",
  PAT: "name.pattern-not-allowed",
} as const;

let domains = 0;
/** Puts a domain that no other row of the table uses in place of each `@@`. */
export const inOwnDomain = (): ((text: string) => string) => {
  const domain = `d${++domains}.e.example`;
  return (text) => text.replaceAll("@@", domain);
};
