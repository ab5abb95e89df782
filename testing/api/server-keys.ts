import type { createPublicKey } from "node:crypto";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeNamesProfile } from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { type Answer, type Call, type CallOptions, makeCall } from "./client";

export type ServerKeyWorld = Readonly<{
  harness: Harness;
  call: Call;
  admin: string;
  operator: string;
  /** A profile for services and devices that lets Chancery make keys, and one that doesn't. */
  profile: string;
  closed: string;
  /** A service that holds pay.e.example. */
  identity: string;
  bodyOf: (over?: object) => Record<string, unknown>;
  /** Asks for a certificate of it with a key that Chancery makes, as an administrator. */
  issue: (over?: object, options?: CallOptions) => Promise<Answer>;
  countCertificates: () => Promise<unknown>;
}>;

export const kindsWithServerKeys = ["service", "device"] as const;
export const sans = [{ type: "dns", value: "pay.e.example" }];

/** A CA with a profile under which Chancery makes keys. */
export async function openServerKeys(): Promise<ServerKeyWorld> {
  const harness = await createTestCa();
  const { deps } = harness;
  const call = makeCall(deps);
  const admin = await harness.tokenFor("admin");
  const operator = await harness.tokenFor("operator");
  const identityKinds = kindsWithServerKeys;
  const profile = await makeNamesProfile(deps, {}, { identityKinds, serverKeys: true });
  const closed = await makeNamesProfile(deps, {}, { identityKinds });
  const identity = await createTestIdentity(deps, "pay", ["pay.e.example"]);
  const bodyOf = (over: object = {}) => ({
    profile,
    identity,
    key: { algorithm: "ecdsa-p256" },
    sans,
    ...over,
  });
  return {
    harness,
    call,
    admin,
    operator,
    profile,
    closed,
    identity,
    bodyOf,
    issue: (over = {}, options = {}) =>
      call("POST", "/certificates", { token: admin, body: bodyOf(over), ...options }),
    countCertificates: async () =>
      (await harness.asSuper("select count(*) as n from certificate"))[0]?.["n"],
  };
}

export const textIn = ({ body }: Answer, name: string): string => String(body[name]);
export const spki = (key: ReturnType<typeof createPublicKey>): string =>
  key.export({ type: "spki", format: "der" }).toString("hex");

/** The code of a refusal, or of each reason. */
export function codesOf(answer: Answer): string[] {
  const { code, errors = [] } = answer.body as { code: string; errors?: { code: string }[] };
  return code === "certificate.refused" ? errors.map((one) => one.code) : [code];
}
