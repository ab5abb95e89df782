import { readDuration } from "@/lib/compat/read-duration";
import { signRequest, type SignRequest } from "@/lib/compat/sign-request";
import type { GeneralName } from "@/lib/pki/types";
import { authenticateCaller } from "./authenticate";
import type { CompatAnswer } from "./answer";
import type { Requested } from "./compat-call";
import {
  badRequest,
  type Fields,
  flagField,
  listField,
  readFields,
  textField,
  unknownFields,
} from "./read-fields";
import { parseFormat, signData, vaultAnswer } from "./vault-answers";
import { defaultMount } from "./vault-files";

const known: ReadonlySet<string> = new Set([
  "csr",
  "common_name",
  "alt_names",
  "ip_sans",
  "uri_sans",
  "other_sans",
  "user_ids",
  "serial_number",
  "ttl",
  "not_after",
  "format",
  "exclude_cn_from_sans",
  "remove_roots_from_chain",
]);
/** What Vault can put into a certificate and Chancery never does on a caller's word. */
const never = ["other_sans", "user_ids"] as const;

/** `{mount}/sign/{role}`: the role is a profile, and the identity is that of the credential. */
export async function signVault(
  requested: Requested,
  { mount, role }: Readonly<{ mount: string; role: string }>,
): Promise<CompatAnswer> {
  const actor = await authenticateCaller(requested);
  const fields = await readFields(requested.request);
  const format = parseFormat(textField(fields, "format"));
  const withoutRoot = flagField(fields, "remove_roots_from_chain", false);
  const withoutEffect = describeWithoutEffect(fields);
  const wanted = { ...readRequest(fields, mount, role) };
  const { result } = await signRequest(requested.deps, actor, wanted);
  return vaultAnswer(requested.context.requestId, {
    data: signData(result, format, withoutRoot),
    warnings: [...withoutEffect, ...result.warnings],
  });
}

function readRequest(fields: Fields, mount: string, role: string): SignRequest {
  for (const name of never)
    if (listField(fields, name).length > 0)
      throw badRequest(`${name} isn't offered. Names come from the CSR, as DNS, IP, URI or email.`);
  if (textField(fields, "serial_number") !== "")
    throw badRequest("serial_number isn't offered: the subject comes from the CSR.");
  const csr = textField(fields, "csr");
  if (csr === "") throw badRequest("csr is missing. Send a CSR (PKCS#10) in PEM.");
  return {
    via: "vault",
    profile: role,
    authority: mount === defaultMount ? null : mount,
    endEntity: null,
    csr,
    beside: {
      commonName: textField(fields, "common_name"),
      sans: [
        ...listField(fields, "alt_names").map((value): GeneralName => ({
          type: value.includes("@") ? "email" : "dns",
          value,
        })),
        ...listField(fields, "ip_sans").map((value): GeneralName => ({ type: "ip", value })),
        ...listField(fields, "uri_sans").map((value): GeneralName => ({ type: "uri", value })),
      ],
    },
    validity: readValidity(textField(fields, "ttl"), textField(fields, "not_after")),
  };
}

function readValidity(ttl: string, end: string): SignRequest["validity"] {
  const seconds = readDuration(ttl);
  if (seconds === null)
    throw badRequest("ttl must be a number of seconds or a duration such as 72h or 90d.");
  if (end === "") return { seconds };
  if (seconds !== undefined) throw badRequest("Send ttl or not_after, not both.");
  const notAfter = new Date(end);
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(end) || Number.isNaN(notAfter.getTime()))
    throw badRequest("not_after must be a time, such as 2026-11-23T02:38:07Z.");
  return { notAfter };
}

/** What of a request has no effect, for whoever reads the answer. */
function describeWithoutEffect(fields: Fields): readonly string[] {
  const unknown = unknownFields(fields, known);
  return [
    ...(unknown.length === 0
      ? []
      : [`These fields are unknown and have no effect: ${unknown.join(", ")}.`]),
    ...(flagField(fields, "exclude_cn_from_sans", true)
      ? []
      : ["exclude_cn_from_sans=false has no effect: the names are those of the CSR alone."]),
  ];
}
