import {
  createPrivateKey,
  generateKeyPairSync,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import { readFileSync } from "node:fs";
import { jwkOf, makeRawClient, newKey, type AcmeResponse, type RawClient } from "./acme-client";
import { makeCsr, makeCsrWithKey } from "./acme-csr";
import type { AcmeGateway } from "./acme-fixture";

/** An account with something at each resource: what every message of the protocol is sent about. */
export type Subject = Readonly<{
  client: RawClient;
  identityId: string;
  keyId: string;
  /** The names that its identity holds. */
  names: readonly string[];
  account: string;
  orders: string;
  /** An order that is ready to be finalized. */
  order: string;
  finalize: string;
  /** Of an order that waits for a challenge. */
  authorization: string;
  challenge: string;
  certificate: string;
  certificateDer: Buffer;
  /** As `replaces` names it (RFC 9773). */
  certId: string;
  certificateKey: KeyObject;
  /** The CSR of a good finalize request. */
  csr: string;
}>;

/** What is signed, and how; `header` replaces members of the protected header. */
export type Message = Readonly<{
  url: string;
  payload: unknown;
  key: KeyObject;
  header: Readonly<Record<string, unknown>>;
}>;

/** A service with an account, a certificate, an order that is ready and one that is pending. */
export async function makeSubject(
  gateway: AcmeGateway,
  name: string,
  challenged: string,
): Promise<Subject> {
  const names = [`${name}.example.com`, `www.${name}.example.com`];
  const enrolled = await gateway.enroll(name, names);
  const client = makeRawClient(gateway.directory(), readFileSync(gateway.rootFile, "utf8"));
  await client.register(enrolled);
  const { newOrder = "" } = await client.directory();
  const identifiers = names.map((value) => ({ type: "dns", value }));
  const order = (over = {}): Promise<AcmeResponse> =>
    client.post(newOrder, { identifiers, ...over });

  const { csr, keyPem } = await makeCsrWithKey(names);
  const first = await order();
  const done = await client.post(String(first.body["finalize"]), { csr });
  const certificate = String(done.body["certificate"]);
  const chain = (await client.post(certificate, "")).text;
  const pending = await order({ profile: challenged });
  const authorization = (pending.body["authorizations"] as string[])[0] ?? "";
  const offered = (await client.post(authorization, "")).body["challenges"];
  const [challenge] = offered as { url: string }[];
  const ready = await order();
  const account = client.account() ?? "";
  const issued = new X509Certificate(chain);
  return {
    client,
    identityId: enrolled.identityId,
    keyId: enrolled.id,
    names,
    account,
    orders: `${account}/orders`,
    order: String(ready.headers["location"]),
    finalize: String(ready.body["finalize"]),
    authorization,
    challenge: challenge?.url ?? "",
    certificate,
    certificateDer: Buffer.from(issued.raw),
    certId: certIdOf(issued),
    certificateKey: createPrivateKey(keyPem),
    csr: await makeCsr(names),
  };
}

/** RFC 9773 section 4.1. */
function certIdOf({ raw, serialNumber }: X509Certificate): string {
  // AuthorityKeyIdentifier with a keyIdentifier of 20 octets.
  const start = Buffer.from("0603551d23041830168014", "hex");
  const at = raw.indexOf(start) + start.length;
  const serial = Buffer.from(
    /^[89A-F]/.test(serialNumber) ? `00${serialNumber}` : serialNumber,
    "hex",
  );
  return `${raw.subarray(at, at + 20).toString("base64url")}.${serial.toString("base64url")}`;
}

export const shortKey = (): KeyObject =>
  generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
const rsaJwkOf = (key: KeyObject): Record<string, unknown> => {
  const { kty, n, e } = key.export({ format: "jwk" });
  return { kty, n, e };
};

/** Signed by this key itself (`jwk`), a short one of RSA included. */
export function byKey(key: KeyObject): Pick<Message, "key" | "header"> {
  const isRsa = key.asymmetricKeyType === "rsa";
  const jwk = isRsa ? rsaJwkOf(key) : jwkOf(key);
  return { key, header: { kid: undefined, jwk, alg: isRsa ? "RS256" : "ES256" } };
}

const byAccount = ({ client }: Subject): Pick<Message, "key" | "header"> => ({
  key: client.key,
  header: {},
});

/** The inner JWS of a key change of the account that is named, to this key. */
export function changeTo(by: Subject, named: string, url: string, next = newKey()): object {
  const { key, header } = byKey(next);
  const { kid: _kid, ...own } = header;
  const payload = { account: named, oldKey: by.client.jwk };
  return by.client.sign(url, payload, { ...own, url }, key);
}

type Directory = Readonly<Record<string, string>>;
const at = (directory: Directory, name: string): string => directory[name] ?? "";
const dns = (names: readonly string[]) => names.map((value) => ({ type: "dns", value }));

/**
 * Each message of RFC 8555 that is signed, about the resources of `of`, as the account `by` sends
 * it. If both are the same, the server accepts it.
 */
export const messages = {
  newAccount: (by, _of, urls) => ({
    ...byKey(by.client.key),
    url: at(urls, "newAccount"),
    payload: { onlyReturnExisting: true },
  }),
  "account, read": (by, of) => ({ ...byAccount(by), url: of.account, payload: "" }),
  "account, changed": (by, of) => ({
    ...byAccount(by),
    url: of.account,
    payload: { contact: ["mailto:ops@example.com"] },
  }),
  "account, deactivated": (by, of) => ({
    ...byAccount(by),
    url: of.account,
    payload: { status: "deactivated" },
  }),
  orders: (by, of) => ({ ...byAccount(by), url: of.orders, payload: "" }),
  keyChange: (by, of, urls) => ({
    ...byAccount(by),
    url: at(urls, "keyChange"),
    payload: changeTo(by, of.account, at(urls, "keyChange")),
  }),
  newOrder: (by, of, urls) => ({
    ...byAccount(by),
    url: at(urls, "newOrder"),
    payload: {
      identifiers: dns(by.names),
      ...(by === of ? {} : { replaces: of.certId }),
    },
  }),
  order: (by, of) => ({ ...byAccount(by), url: of.order, payload: "" }),
  authorization: (by, of) => ({ ...byAccount(by), url: of.authorization, payload: "" }),
  "challenge, read": (by, of) => ({ ...byAccount(by), url: of.challenge, payload: "" }),
  "challenge, answered": (by, of) => ({ ...byAccount(by), url: of.challenge, payload: {} }),
  finalize: (by, of) => ({ ...byAccount(by), url: of.finalize, payload: { csr: of.csr } }),
  certificate: (by, of) => ({ ...byAccount(by), url: of.certificate, payload: "" }),
  "revokeCert by account": (by, of, urls) => ({
    ...byAccount(by),
    url: at(urls, "revokeCert"),
    payload: { certificate: of.certificateDer.toString("base64url"), reason: 1 },
  }),
  "revokeCert by key": (by, of, urls) => ({
    ...byKey(by.certificateKey),
    url: at(urls, "revokeCert"),
    payload: { certificate: of.certificateDer.toString("base64url"), reason: 1 },
  }),
} satisfies Record<string, (by: Subject, of: Subject, urls: Directory) => Message>;
export type MessageName = keyof typeof messages;
