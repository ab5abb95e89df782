import type { IssuedIntermediate } from "@/lib/ca-permissions/issue-intermediate";
import type { SignedForClient } from "@/lib/compat/sign-request";
import { toPem } from "@/lib/pki/pem";
import { formatSerial } from "@/lib/pki/serial";
import type { OwnToken } from "@/lib/compat/describe-own-token";
import { type CompatAnswer, jsonAnswer } from "./answer";
import { badRequest } from "./read-fields";

/** What of an answer its call decides. */
type Content = Readonly<{
  data?: unknown;
  auth?: unknown;
  warnings?: readonly string[];
}>;

/** The frame that every answer of Vault has. */
export const vaultAnswer = (
  requestId: string,
  { data = null, auth = null, warnings = [] }: Content,
): CompatAnswer =>
  jsonAnswer(200, {
    request_id: requestId,
    lease_id: "",
    renewable: false,
    lease_duration: 0,
    data,
    wrap_info: null,
    warnings: warnings.length === 0 ? null : warnings,
    auth,
  });

export const signFormats = ["pem", "der", "pem_bundle"] as const;
export type SignFormat = (typeof signFormats)[number];

/** Errors: `compat.bad-request`. */
export function parseFormat(text: string): SignFormat {
  const format = signFormats.find((one) => one === (text || "pem"));
  if (format === undefined) throw badRequest(`format must be one of ${signFormats.join(", ")}.`);
  return format;
}

const pemOf = (der: Uint8Array): string => toPem("CERTIFICATE", der).trimEnd();
const base64Of = (der: Uint8Array): string => Buffer.from(der).toString("base64");
const secondsOf = (at: Date | string): number => Math.floor(new Date(at).getTime() / 1000);
const withColons = (serial: string): string => serial.replaceAll(/(..)(?=.)/g, "$1:");

/**
 * `data` of an answer to sign: one certificate in each text, the chain from the issuer up. The root
 * is its last, so that clients take that as what to trust; `withoutRoot` leaves it out.
 */
export function signData(
  { certificate, der, chain }: SignedForClient,
  format: SignFormat,
  withoutRoot: boolean,
): unknown {
  const written = withoutRoot && chain.length > 1 ? chain.slice(0, -1) : chain;
  const write = format === "der" ? base64Of : pemOf;
  const caChain = written.map(write);
  return {
    certificate: format === "pem_bundle" ? [pemOf(der), ...caChain].join("\n") : write(der),
    issuing_ca: caChain[0] ?? "",
    ca_chain: caChain,
    serial_number: withColons(certificate.serial),
    expiration: secondsOf(certificate.notAfter),
  };
}

/**
 * `data` of an answer to sign-intermediate. As Vault does it, the new CA is the first of its own
 * chain, in the same text as `certificate`; the last is the root, the only one that SPIRE trusts.
 */
export function intermediateData(
  { der, serial, notAfter }: Pick<IssuedIntermediate, "der" | "serial" | "notAfter">,
  chain: readonly Uint8Array[],
  format: SignFormat,
): unknown {
  const write = format === "der" ? base64Of : pemOf;
  const caChain = [der, ...chain].map(write);
  return {
    certificate: format === "pem_bundle" ? caChain.join("\n") : write(der),
    issuing_ca: caChain[1] ?? "",
    ca_chain: caChain,
    serial_number: withColons(formatSerial(serial)),
    expiration: secondsOf(notAfter),
  };
}

/** `data` of an answer to lookup-self. `id` is what the caller sent. */
export function tokenData(
  { id, name, role, identity, createdAt, expiresAt }: OwnToken,
  secret: string,
  now: Date,
): unknown {
  const left = expiresAt === null ? 0 : Math.max(1, secondsOf(expiresAt) - secondsOf(now));
  return {
    id: secret,
    accessor: id,
    display_name: name,
    policies: [role],
    path: "auth/token/create",
    type: "service",
    renewable: false,
    orphan: true,
    num_uses: 0,
    entity_id: identity?.id ?? "",
    meta: identity === null ? null : { identity: identity.name },
    creation_time: secondsOf(createdAt),
    issue_time: createdAt.toISOString(),
    creation_ttl: expiresAt === null ? 0 : secondsOf(expiresAt) - secondsOf(createdAt),
    explicit_max_ttl: 0,
    ttl: left,
    expire_time: expiresAt?.toISOString() ?? null,
  };
}
