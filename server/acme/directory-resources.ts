import { listAcmeProfiles } from "@/lib/acme/order-profile";
import type { AcmeAnswer } from "./answer";
import type { AcmeCall, Resource } from "./resource-types";

/** The directory (RFC 8555 section 7.1.1), with ACME profiles. */
async function directory({ deps, urls, profile }: AcmeCall): Promise<AcmeAnswer> {
  const all = await listAcmeProfiles(deps);
  const profiles =
    profile === null
      ? all
      : Object.fromEntries(Object.entries(all).filter(([slug]) => slug === profile));
  return {
    status: 200,
    body: {
      newNonce: urls.resource("new-nonce"),
      newAccount: urls.resource("new-account"),
      newOrder: urls.resource("new-order"),
      revokeCert: urls.resource("revoke-cert"),
      keyChange: urls.resource("key-change"),
      renewalInfo: urls.resource("renewal-info"),
      meta: {
        externalAccountRequired: true,
        profiles,
      },
    },
  };
}

export const directoryResources: readonly Resource[] = [
  {
    name: "directory",
    ofDirectory: true,
    path: /^directory$/,
    methods: { GET: directory, HEAD: directory },
  },
  {
    name: "new-nonce",
    ofDirectory: true,
    path: /^new-nonce$/,
    methods: { HEAD: async () => ({ status: 200 }), GET: async () => ({ status: 204 }) },
  },
];
