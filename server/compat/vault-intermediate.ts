import { listCaCertificates } from "@/lib/authorities/list-ca-certificates";
import { issueIntermediate } from "@/lib/ca-permissions/issue-intermediate";
import { assertWithinCsr } from "@/lib/compat/assert-within-csr";
import { readDuration } from "@/lib/compat/read-duration";
import type { GeneralName } from "@/lib/pki/types";
import { authenticateCaller } from "./authenticate";
import type { CompatAnswer } from "./answer";
import type { Requested } from "./compat-call";
import { badRequest, type Fields, listField, readFields, textField } from "./read-fields";
import { intermediateData, parseFormat, vaultAnswer } from "./vault-answers";
import { defaultMount } from "./vault-files";

const names = ["alt_names", "ip_sans", "uri_sans", "common_name"] as const;
/** What SPIRE sends of a subject, and what Vault takes that changes nothing here. */
const withoutEffect: ReadonlySet<string> = new Set(["organization", "country"]);
const taken: ReadonlySet<string> = new Set<string>([...names, "csr", "ttl", "format"]);

/**
 * `{mount}/root/sign-intermediate`, as SPIRE's plugin calls it: a CA certificate for the key of the
 * CSR, under a CA permission of the identity of the credential.
 */
export async function signIntermediate(
  requested: Requested,
  { mount }: Readonly<{ mount: string }>,
): Promise<CompatAnswer> {
  const { deps, context } = requested;
  const actor = await authenticateCaller(requested);
  const fields = await readFields(requested.request);
  const format = parseFormat(textField(fields, "format"));
  const ignored = assertNothingBeyond(fields);
  const csr = textField(fields, "csr");
  if (csr === "") throw badRequest("csr is missing. Send a CSR (PKCS#10) in PEM.");
  const validitySeconds = readDuration(textField(fields, "ttl"));
  if (validitySeconds === null)
    throw badRequest("ttl must be a number of seconds or a duration such as 24h or 7d.");
  assertWithinCsr(csr, { commonName: textField(fields, "common_name"), sans: sansOf(fields) });
  const authority = mount === defaultMount ? null : mount;
  const { result } = await issueIntermediate(deps, actor, { csr, authority, validitySeconds });
  const chain = await listCaCertificates(deps, result.issuerId);
  return vaultAnswer(context.requestId, {
    data: intermediateData(result, chain, format),
    warnings: [...ignored, ...result.warnings],
  });
}

const sansOf = (fields: Fields): GeneralName[] => [
  ...listField(fields, "alt_names").map((value): GeneralName => ({
    type: value.includes("@") ? "email" : "dns",
    value,
  })),
  ...listField(fields, "ip_sans").map((value): GeneralName => ({ type: "ip", value })),
  ...listField(fields, "uri_sans").map((value): GeneralName => ({ type: "uri", value })),
];

/**
 * Fields that would change what the CA may do are refused, not ignored: the path length is 0, and the
 * name constraints are those of the trust domain. Returns a warning for those without effect.
 */
function assertNothingBeyond(fields: Fields): readonly string[] {
  const sent = Object.entries(fields)
    .filter(([name, value]) => !taken.has(name) && !isNothing(value))
    .map(([name]) => name.slice(0, 64).replaceAll(/[^\w.-]/g, "?"));
  const refused = sent.filter(
    (name) => !withoutEffect.has(name) && !(name === "max_path_length" && isZero(fields)),
  );
  if (refused.length > 0)
    throw badRequest(
      `These fields aren't offered: ${refused.slice(0, 10).join(", ")}. Chancery decides everything about the CA but its key and lifetime.`,
    );
  const ignored = sent.filter((name) => withoutEffect.has(name));
  return ignored.length === 0 ? [] : [`These fields have no effect: ${ignored.join(", ")}.`];
}

const isZero = ({ max_path_length: length }: Fields): boolean => length === 0 || length === "0";
const isNothing = (value: unknown): boolean =>
  value === "" ||
  value === null ||
  value === false ||
  value === "false" ||
  (Array.isArray(value) && value.length === 0);
