import { createCaPermission } from "@/lib/ca-permissions/create-permission";
import type { CaPermissionInput } from "@/lib/ca-permissions/schema";
import { createIdentity } from "@/lib/identities/create-identity";
import type { Deps } from "@/lib/runtime/deps";
import { noNames } from "@/lib/pki/system-rules";
import { adminActor } from "@/testing/actors";
import { makeNamesProfile } from "@/testing/ca/names-fixture";
import { testHostCaller } from "@/testing/harness";
import { openCompatGateway, type CompatAsk, type CompatAsked } from "./compat-fixture";
import type { CompatGateway } from "./compat-fixture";

export const trustDomain = "example.com";
/** How many identities these tests made: their names differ. */
let made = 0;

/** An identity that holds the whole trust domain; its ID. */
export async function createSpireIdentity(deps: Deps, domain = trustDomain): Promise<string> {
  // Setup's profiles allow the trust domain of the organization.
  if (domain !== trustDomain) {
    const uriPrefixes = [`spiffe://${domain}/`];
    await makeNamesProfile(deps, { ...noNames, types: ["uri"], uriPrefixes });
  }
  const { result } = await createIdentity(deps, adminActor(), {
    kind: "service",
    name: `spire-${++made}`,
    owner: "platform@example.com",
    note: "",
    networks: [],
    names: [{ type: "uri", value: `spiffe://${domain}/*` }],
  });
  return result.id;
}

/** A CA permission that waits for its confirmation; its ID. */
export async function askPermission(
  deps: Deps,
  identity: string,
  over: Partial<CaPermissionInput> = {},
): Promise<string> {
  const wish = { authority: "root", trustDomain, maxDays: 7, count: 1000, accepted: undefined };
  const { result } = await createCaPermission(deps, adminActor(), { identity, ...wish, ...over });
  return result.id;
}

/** What the operator of the host does with `chancery confirm`. */
export async function decidePermission(
  { signer }: Pick<Deps, "signer">,
  permissionId: string,
  decision: "confirmed" | "rejected" = "confirmed",
): Promise<string> {
  const waiting = await signer.listPermissions(testHostCaller);
  const { termsSha256 = "" } = waiting.find(({ id }) => id === permissionId) ?? {};
  return signer.decidePermission(testHostCaller, { permissionId, termsSha256, decision });
}

/** A SPIRE server: its identity with a confirmed permission, and a token. */
export type Spire = Readonly<{
  gateway: CompatGateway;
  identity: string;
  permission: string;
  token: string;
  /** What SPIRE sends, for a new key. */
  body: (over?: object) => object;
  /** One request as SPIRE's plugin sends it. */
  mint: (body?: object, over?: Partial<CompatAsk>) => Promise<CompatAsked>;
}>;

export async function openSpireGateway(): Promise<Spire> {
  const gateway = await openCompatGateway();
  const { deps } = gateway.harness;
  const identity = await createSpireIdentity(deps);
  const permission = await askPermission(deps, identity);
  await decidePermission(deps, permission);
  const token = await gateway.serviceToken(identity);
  const body = (over: object = {}) => ({
    // A subject without a common name, and no extensions but the SPIFFE ID.
    csr: gateway.pem("/C=US/O=SPIFFE/serialNumber=1234567890", `URI:spiffe://${trustDomain}`),
    ttl: "86400",
    common_name: "",
    organization: "SPIFFE",
    country: "US",
    uri_sans: `spiffe://${trustDomain}`,
    ...over,
  });
  const path = "/v1/pki/root/sign-intermediate";
  return {
    gateway,
    identity,
    permission,
    token,
    body,
    mint: (sent = body(), over = {}) =>
      gateway.sent({ path, method: "PUT", token, body: sent, ...over }),
  };
}
