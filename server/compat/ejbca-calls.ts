import type { Actor } from "@/lib/access/actor";
import { signRequest, type SignRequest } from "@/lib/compat/sign-request";
import { authenticateSecretPair } from "@/lib/enrollment/authenticate-secret";
import { AppError } from "@/lib/errors/app-error";
import { toPem } from "@/lib/pki/pem";
import { withDeadline } from "@/lib/runtime/gateway-deps";
import { secretPattern } from "@/lib/tokens/token-secret";
import { actorRequestOf } from "@/server/http/actor-request";
import {
  assertMaySeeSecret,
  certificateCaller,
  onConnection,
  tokenCaller,
  tokenOf,
} from "./authenticate";
import { type CompatAnswer, jsonAnswer } from "./answer";
import type { CompatSources, Requested } from "./compat-call";
import type { EjbcaCall } from "./find-call";
import {
  badRequest,
  type Fields,
  flagField,
  readFields,
  textField,
  unknownFields,
} from "./read-fields";

/** The methods that each call takes. */
export const ejbcaMethods: Readonly<Record<EjbcaCall["name"], readonly string[]>> = {
  status: ["GET", "HEAD"],
  cas: ["GET", "HEAD"],
  enroll: ["POST"],
};

/** One call of EJBCA's REST API. */
export async function runEjbca(requested: Requested, { name }: EjbcaCall): Promise<CompatAnswer> {
  const { sources } = requested;
  if (name === "status") return status(sources);
  return name === "cas" ? listCas(sources) : enroll(requested);
}

async function status({ readiness }: CompatSources): Promise<CompatAnswer> {
  const { ready } = await readiness();
  return jsonAnswer(ready ? 200 : 503, {
    status: ready ? "OK" : "Not ready",
    version: "1.0",
    revision: "chancery",
  });
}

/** The CAs that sign, by the names that requests use. */
function listCas({ authorities }: CompatSources): CompatAnswer {
  const { all, chainOf } = authorities.index();
  const active = all.filter(({ status }) => status === "active");
  return jsonAnswer(200, {
    certificate_authorities: active.map((authority) => ({
      name: authority.slug,
      subject_dn: authority.issuer.subjectText,
      issuer_dn: (chainOf(authority)[1] ?? authority).issuer.subjectText,
      expiration_date: authority.issuer.notAfter.toISOString(),
    })),
  });
}

const known: ReadonlySet<string> = new Set([
  "certificate_request",
  "certificate_profile_name",
  "end_entity_profile_name",
  "certificate_authority_name",
  "username",
  "password",
  "account_binding_id",
  "include_chain",
  "response_format",
  "end_time",
]);
const pemOf = (der: Uint8Array): string => toPem("CERTIFICATE", der);
const base64Of = (der: Uint8Array): string => Buffer.from(der).toString("base64");

/**
 * `certificate/pkcs10enroll`: the certificate profile is a profile, the CA the one that signs for it,
 * and the identity that of the credential. Base64 of DER unless PEM is asked for: one of EJBCA's
 * clients drops the chain of PEM.
 */
async function enroll(requested: Requested): Promise<CompatAnswer> {
  const early = await callerBeforeBody(requested);
  const fields = await readFields(requested.request);
  const actor = (await secretCaller(requested, fields)) ?? early ?? refuseStranger();
  const wanted = readRequest(fields);
  const write = parseFormat(fields) === "PEM" ? pemOf : base64Of;
  const withChain = flagField(fields, "include_chain", false);
  const { result } = await signRequest(requested.deps, actor, wanted);
  const answer = jsonAnswer(201, {
    certificate: write(result.der),
    serial_number: result.certificate.serial.toUpperCase(),
    response_format: write === pemOf ? "PEM" : "DER",
    certificate_profile: wanted.profile,
    ...(withChain ? { certificate_chain: result.chain.map(write) } : {}),
  });
  return { ...answer, headers: warningHeaders(result.warnings) };
}

/** The answer itself has no place for what wasn't granted: a header has (RFC 7234 section 5.5). */
const warningHeaders = (warnings: readonly string[]): Readonly<Record<string, string>> =>
  warnings.length === 0
    ? {}
    : {
        warning: `299 chancery "${warnings
          .join(" ")
          .replaceAll(/[^ !#-[\]-~]/g, "?")
          .slice(0, 1_000)}"`,
      };

/** By a token or by the certificate of the connection; null if it has neither. */
async function callerBeforeBody(requested: Requested): Promise<Actor | null> {
  const token = tokenOf(requested);
  return token === null ? certificateCaller(requested) : tokenCaller(requested, token);
}

/**
 * By an enrollment secret: its ID as the user name, the secret as the password. EJBCA's clients send
 * a user name and a random password in any case, so only what has the form of a secret is one.
 */
async function secretCaller(requested: Requested, fields: Fields): Promise<Actor | null> {
  const { deps, request, context, caller } = requested;
  const pair = { user: textField(fields, "username"), password: textField(fields, "password") };
  if (!secretPattern.test(pair.password)) return null;
  assertMaySeeSecret(context);
  const actor = await authenticateSecretPair(
    withDeadline(deps),
    pair,
    actorRequestOf(request, context),
  );
  return (caller.actor = onConnection(context, actor));
}

function refuseStranger(): never {
  throw new AppError(
    "unauthenticated",
    "Connect to the mTLS port with a client certificate, or send the ID of an enrollment secret as username and the secret as password.",
    { cause: "no credential" },
  );
}

function readRequest(fields: Fields): SignRequest {
  const unknown = unknownFields(fields, known);
  if (unknown.length > 0) throw badRequest(`These fields aren't offered: ${unknown.join(", ")}.`);
  return {
    via: "ejbca",
    profile: required(fields, "certificate_profile_name"),
    authority: required(fields, "certificate_authority_name"),
    endEntity: required(fields, "end_entity_profile_name"),
    csr: required(fields, "certificate_request"),
    beside: { commonName: "", sans: [] },
    validity: readEnd(textField(fields, "end_time")),
  };
}

function required(fields: Fields, name: string): string {
  const value = textField(fields, name);
  if (value === "") throw badRequest(`${name} is missing.`);
  return value;
}

/** `2026-09-01 12:00:00`, in UTC, or as RFC 3339 has it. */
function readEnd(text: string): SignRequest["validity"] {
  if (text === "") return {};
  const [, day, time, zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const notAfter = new Date(`${day}T${time}${zone}`);
  if (day === undefined || Number.isNaN(notAfter.getTime()))
    throw badRequest("end_time must be a time in UTC, such as 2026-09-01 12:00:00.");
  return { notAfter };
}

function parseFormat(fields: Fields): "PEM" | "DER" {
  const format = textField(fields, "response_format").toUpperCase() || "DER";
  if (format === "PEM" || format === "DER") return format;
  throw badRequest("response_format must be PEM or DER.");
}
