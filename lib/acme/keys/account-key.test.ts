import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import { readAccountKey } from "./account-key";

/** The key and the thumbprint of RFC 7638 section 3.1. */
const published = {
  kty: "RSA",
  n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
  e: "AQAB",
};
const thumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

const publicJwk = (make: () => ReturnType<typeof generateKeyPairSync>) =>
  make().publicKey.export({ format: "jwk" }) as Record<string, string>;
const ec = publicJwk(() => generateKeyPairSync("ec", { namedCurve: "P-256" }) as never);
const okp = publicJwk(() => generateKeyPairSync("ed25519") as never);
const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64url");

const refusal = (jwk: Record<string, unknown>): Promise<string> =>
  readAccountKey(jwk).then(
    () => "accepted",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );

describe("the thumbprint of an account key", () => {
  test("is that of RFC 7638, over the members that it requires alone, in any order and whatever else the JWK says", async () => {
    const more = { alg: "RS256", kid: "2011-04-29", use: "sig", key_ops: ["verify"], x5t: "AAAA" };
    const { kty, n, e } = published;
    for (const jwk of [published, { ...more, ...published }, { n, ...more, e, kty }])
      expect((await readAccountKey(jwk)).thumbprint).toBe(thumbprint);
  });
  test("of each type of key hashes exactly the members of that type", async () => {
    const { crv, x, y } = ec;
    const foreign = { alg: "ES256", kid: "a", n: "AQAB", e: "AQAB" };
    expect((await readAccountKey({ ...foreign, ...ec })).thumbprint).toBe(
      sha256(`{"crv":"${crv}","kty":"EC","x":"${x}","y":"${y}"}`),
    );
    // A y is none of an OKP key's members: it makes no other key of it.
    expect((await readAccountKey({ ...okp, y })).thumbprint).toBe(
      sha256(`{"crv":"Ed25519","kty":"OKP","x":"${okp["x"]}"}`),
    );
  });
  test("is kept with those members alone", async () => {
    expect((await readAccountKey({ ...ec, kid: "a", use: "sig" })).jwk).toEqual({
      crv: ec["crv"],
      kty: "EC",
      x: ec["x"],
      y: ec["y"],
    });
  });
});

describe("a key is refused", () => {
  const short = publicJwk(() => generateKeyPairSync("rsa", { modulusLength: 1024 }) as never);
  const { y: _y, ...withoutY } = ec;
  test.each<[string, Record<string, unknown>]>([
    ["that contains its private part", { ...ec, d: "AAAA" }],
    ["that is symmetric", { kty: "oct", k: "AAAA" }],
    ["of an unknown type", { ...ec, kty: "XX" }],
    ["of an unknown curve", { ...ec, crv: "secp256k1" }],
    ["without one of its members", withoutY],
    ["with a member that is no text", { ...ec, y: 7 }],
    ["that is no point of its curve", { ...ec, y: ec["x"] }],
    ["in base64url with padding, which would be a second spelling", { ...ec, x: `${ec["x"]}=` }],
    ["of RSA with 1024 bits", short],
    ["of RSA with the exponent 3", { ...published, e: "Aw" }],
    ["of RSA with a zero octet in front, a second spelling", { ...published, e: "AAEAAQ" }],
  ])("%s", async (_what, jwk) => {
    expect(await refusal(jwk)).toBe("acme.bad-public-key");
  });
});
