import { z } from "zod";
import { AppError } from "@/lib/errors/app-error";

/** What clients may sign with; HMAC and "none" are for no account key. */
export const signatureAlgorithms = ["ES256", "ES384", "ES512", "EdDSA", "RS256"] as const;

const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/, "is not base64url");
const flattened = z.strictObject({
  protected: base64url.min(1),
  payload: base64url,
  signature: base64url.min(1),
});
export type FlattenedJws = z.infer<typeof flattened>;

const jwkSchema = z.record(z.string(), z.unknown());
const protectedHeader = z.looseObject({
  alg: z.string(),
  nonce: base64url.optional(),
  url: z.string(),
  jwk: jwkSchema.optional(),
  kid: z.string().optional(),
  crit: z.unknown().optional(),
  b64: z.unknown().optional(),
});

/** A JWS as it was sent: nothing in it is verified yet. */
export type ParsedJws = Readonly<{
  jws: FlattenedJws;
  alg: string;
  nonce: string | null;
  url: string;
  /** Exactly one of these is set (RFC 8555 section 6.2). */
  jwk: Readonly<Record<string, unknown>> | null;
  kid: string | null;
}>;

export const malformed = (detail: string): AppError => new AppError("acme.malformed", detail);

/** Reads JSON, which must be an object. Errors: `acme.malformed`. */
function readObject(text: string, what: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Answered below.
  }
  throw malformed(`${what} is not a JSON object.`);
}

/**
 * Reads a JWS in flattened JSON serialization with one protected header and exactly one of `jwk`
 * and `kid` (RFC 8555 section 6.2). Verifies nothing. Errors: `acme.malformed`.
 */
export function parseJws(body: string): ParsedJws {
  return parseJwsObject(readObject(body, "The request body"));
}

/** The same for a JWS inside another one (`keyChange`, external account binding). */
export function parseJwsObject(body: unknown): ParsedJws {
  const jws = flattened.safeParse(body);
  if (!jws.success)
    throw malformed(
      "The request body must be a JWS with exactly the members protected, payload and signature.",
    );
  const text = Buffer.from(jws.data.protected, "base64url").toString("utf8");
  const header = protectedHeader.safeParse(readObject(text, "The protected header"));
  if (!header.success)
    throw malformed("The protected header needs alg and url as strings, and nonce in base64url.");
  const { alg, nonce = null, url, jwk = null, kid = null, crit, b64 } = header.data;
  if (crit !== undefined || b64 !== undefined)
    throw malformed("The protected header must not contain crit or b64.");
  if ((jwk === null) === (kid === null))
    throw malformed("The protected header must contain either jwk or kid, and not both.");
  return { jws: jws.data, alg, nonce, url, jwk, kid };
}

/** The payload as a JSON object. Errors: `acme.malformed`, also for an empty one. */
export function payloadObject({ jws }: ParsedJws): Record<string, unknown> {
  return readObject(Buffer.from(jws.payload, "base64url").toString("utf8"), "The payload");
}

const bindingHeader = z.looseObject({ alg: z.string(), kid: z.string(), url: z.string() });

/** An external account binding: the JWS inside newAccount, which has neither nonce nor jwk. */
export type ParsedBinding = Readonly<{
  jws: FlattenedJws;
  alg: string;
  kid: string;
  url: string;
  payload: Record<string, unknown>;
}>;

/** Reads an external account binding (RFC 8555 section 7.3.4). Errors: `acme.malformed`. */
export function parseBinding(value: unknown): ParsedBinding {
  const jws = flattened.safeParse(value);
  const header = jws.success
    ? bindingHeader.safeParse(
        readObject(
          Buffer.from(jws.data.protected, "base64url").toString("utf8"),
          "The protected header of the external account binding",
        ),
      )
    : null;
  if (!jws.success || !header?.success || "nonce" in header.data)
    throw malformed("The external account binding must be a JWS with alg, kid and url.");
  const { alg, kid, url } = header.data;
  const payload = readObject(
    Buffer.from(jws.data.payload, "base64url").toString("utf8"),
    "The payload of the external account binding",
  );
  return { jws: jws.data, alg, kid, url, payload };
}
