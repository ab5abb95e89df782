import { createIdentity } from "@/lib/identities/create-identity";
import { identityInput } from "@/lib/identities/schema";
import { system } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/gateway/acme-csr";
import type { Harness } from "@/testing/harness";
import { type Answer, type Call, makeCall } from "./client";

type Secret = Readonly<{ id: string; secret: string; answer: Answer }>;
type Use = Readonly<{ body?: object; headers?: Record<string, string>; ip?: string }>;
export type EnrollmentFixture = Readonly<{
  harness: Harness;
  call: Call;
  admin: string;
  operator: string;
  /** Of the services pay and bill, which hold their names below example.com. */
  ids: Readonly<Record<string, string>>;
  newIdentity: (name: string, names: readonly string[]) => Promise<string>;
  /** Makes a secret over the API, by default for pay. */
  create: (over?: object, identity?: string, token?: string) => Promise<Secret>;
  /** Asks for a certificate with it. */
  use: (secret: Pick<Secret, "id" | "secret">, use?: Use) => Promise<Answer>;
}>;

export const basic = (user: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});

export async function pemCsr(
  names: readonly string[],
  options?: Parameters<typeof makeCsr>[1],
): Promise<string> {
  const text = Buffer.from(await makeCsr(names, options), "base64url").toString("base64");
  return `-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** A CA with two services, and what a test of enrollment secrets calls. */
export async function openEnrollment(): Promise<EnrollmentFixture> {
  const harness = await createTestCa({});
  const delivery = { key: new Uint8Array(32).fill(7), allow: [] };
  const call = makeCall({ ...harness.deps, delivery });
  const admin = await harness.tokenFor("admin");
  const operator = await harness.tokenFor("operator");
  const newIdentity: EnrollmentFixture["newIdentity"] = async (name, names) => {
    const input = identityInput.parse({
      kind: "service",
      name,
      owner: "platform@example.com",
      names: names.map((value) => ({ type: "dns", value })),
    });
    return (await createIdentity(harness.deps, system, input)).result.id;
  };
  const ids: Record<string, string> = {};
  for (const name of ["pay", "bill"]) ids[name] = await newIdentity(name, [`${name}.example.com`]);
  return {
    harness,
    call,
    admin,
    operator,
    ids,
    newIdentity,
    create: async (over = {}, identity = ids["pay"], token = admin) => {
      const answer = await call("POST", `/identities/${identity}/enrollment-secrets`, {
        token,
        body: { profile: "tls-server", ...over },
      });
      return { id: String(answer.body["id"]), secret: String(answer.body["secret"]), answer };
    },
    use: async ({ id, secret }, { body = {}, headers = {}, ip = "192.0.2.7" } = {}) => {
      const csr = await pemCsr(["pay.example.com"]);
      return call("POST", "/certificates", {
        headers: { ...basic(id, secret), ...headers },
        body: { profile: "tls-server", identity: ids["pay"], csr, ...body },
        context: { ip },
      });
    },
  };
}
