import { createHmac, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { Agent, request as send } from "node:https";
import type { CreatedAcmeKey } from "@/lib/acme/schema";

export type AcmeResponse = Readonly<{
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  body: Record<string, unknown>;
  text: string;
}>;
type Signing = Readonly<{
  /** Replaces members of the protected header; undefined leaves one out. */
  header?: Readonly<Record<string, unknown>>;
  key?: KeyObject;
}>;

/** A client that signs what a test wants, also what no real client would. */
export type RawClient = Readonly<{
  jwk: Record<string, unknown>;
  key: KeyObject;
  directoryUrl: string;
  directory: () => Promise<Record<string, string>>;
  nonce: () => Promise<string>;
  ask: (method: string, url: string) => Promise<AcmeResponse>;
  /** Posts a signed payload; "" for POST-as-GET. By `kid` once there is an account. */
  post: (url: string, payload: unknown, signing?: Signing) => Promise<AcmeResponse>;
  /** Posts these bytes. */
  postBody: (url: string, body: string) => Promise<AcmeResponse>;
  sign: (url: string, payload: unknown, header: Record<string, unknown>, key?: KeyObject) => object;
  register: (key: BindingKey) => Promise<AcmeResponse>;
  account: () => string | null;
}>;

/** Of an ACME key, or of an enrollment secret, whose ID is its key ID. */
export type BindingKey = Pick<CreatedAcmeKey, "kid" | "hmacKey">;

const encode = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

export const newKey = (): KeyObject =>
  generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
export const jwkOf = (key: KeyObject): Record<string, unknown> => {
  const { kty, crv, x, y } = key.export({ format: "jwk" });
  return { kty, crv, x, y };
};

function signJws(payload: unknown, header: Record<string, unknown>, key: KeyObject): object {
  const parts = { protected: encode(header), payload: payload === "" ? "" : encode(payload) };
  const input = Buffer.from(`${parts.protected}.${parts.payload}`);
  const signature = sign("sha256", input, { key, dsaEncoding: "ieee-p1363" });
  return { ...parts, signature: signature.toString("base64url") };
}

/** A binding of an account key by an enrollment key (RFC 8555 section 7.3.4). */
export function makeBinding(
  { kid, hmacKey }: BindingKey,
  url: string,
  jwk: Record<string, unknown>,
): object {
  const parts = { protected: encode({ alg: "HS256", kid, url }), payload: encode(jwk) };
  const signature = createHmac("sha256", Buffer.from(hmacKey ?? "", "base64url"))
    .update(`${parts.protected}.${parts.payload}`)
    .digest("base64url");
  return { ...parts, signature };
}

export function makeRawClient(directoryUrl: string, ca: string, key = newKey()): RawClient {
  const jwk = jwkOf(key);
  const agent = new Agent({ ca, keepAlive: true });
  let account: string | null = null;
  const ask = (method: string, url: string, body?: string): Promise<AcmeResponse> =>
    exchange(agent, method, url, body);
  const directory = async () => (await ask("GET", directoryUrl)).body as Record<string, string>;
  const nonce = async (): Promise<string> =>
    (await ask("HEAD", (await directory())["newNonce"] ?? "")).headers["replay-nonce"] ?? "";
  const post: RawClient["post"] = async (url, payload, { header = {}, key: other = key } = {}) => {
    const by = account === null ? { jwk } : { kid: account };
    const whole = { alg: "ES256", nonce: await nonce(), url, ...by, ...header };
    return ask("POST", url, JSON.stringify(signJws(payload, whole, other)));
  };
  return {
    jwk,
    key,
    directoryUrl,
    directory,
    nonce,
    ask,
    post,
    postBody: (url, body) => ask("POST", url, body),
    sign: (_url, payload, header, other = key) => signJws(payload, header, other),
    register: async (enrollment) => {
      const url = (await directory())["newAccount"] ?? "";
      const externalAccountBinding = makeBinding(enrollment, url, jwk);
      const answer = await post(url, { externalAccountBinding });
      account = answer.headers["location"] ?? account;
      return answer;
    },
    account: () => account,
  };
}

function exchange(agent: Agent, method: string, url: string, body?: string): Promise<AcmeResponse> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/jose+json" };
    const outgoing = send(url, { method, agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        const isJson = /json/.test(response.headers["content-type"] ?? "") && text !== "";
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers as Record<string, string>,
          body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
          text,
        });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
