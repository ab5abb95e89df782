import { createHash, createHmac, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { Agent, request as send } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { fromPem } from "@/lib/pki/pem";
import { makeRequest } from "./_requests";

/** What a client enrolls with, if the server wants a binding. */
export type Binding = Readonly<{ kid: string; hmacKey: string }>;
export type AcmeServer = Readonly<{
  directory: string;
  ca: string;
  binding: Binding | null;
  nextName: () => string;
}>;
type Answer = Readonly<{
  status: number;
  location: string;
  nonce: string;
  body: Record<string, unknown>;
  text: string;
}>;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const pollMs = 4;
const silentMs = 10_000;

/** A server that doesn't answer anymore. */
export class ServerSilent extends Error {
  constructor(url: string) {
    super(`${url}: no answer within ${silentMs / 1000} s`);
  }
}

/** Answers http-01 challenges on port 80 of the loopback address. */
export async function openResponder(): Promise<
  Readonly<{ answers: Map<string, string>; close: () => void }>
> {
  const answers = new Map<string, string>();
  const server = createServer(({ url = "" }, response) => {
    const answer = answers.get(url.slice(url.lastIndexOf("/") + 1));
    response.writeHead(answer === undefined ? 404 : 200, { connection: "close" }).end(answer);
  });
  server.listen(80, "127.0.0.1");
  await once(server, "listening");
  return { answers, close: () => void server.close() };
}

/** One account with a connection and a nonce of its own; the same program for every server. */
export async function openAccount({ directory, ca, binding }: AcmeServer) {
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 1 });
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty, crv, x, y } = publicKey.export({ format: "jwk" });
  const jwk = { crv, kty, x, y };
  const thumbprint = createHash("sha256").update(JSON.stringify(jwk)).digest("base64url");
  const urls = (await exchange(agent, "GET", directory)).body as Record<string, string>;
  let nonce = (await exchange(agent, "HEAD", urls["newNonce"] ?? "")).nonce;
  let kid: string | null = null;
  const post = async (url: string, payload: unknown): Promise<Answer> => {
    const by = kid === null ? { jwk } : { kid };
    const body = signed({ alg: "ES256", nonce, url, ...by }, payload, privateKey);
    const answer = await exchange(agent, "POST", url, body);
    nonce = answer.nonce;
    if (answer.status >= 400) throw new Error(`${url}: ${answer.status} ${answer.text}`);
    return answer;
  };
  const newAccount = urls["newAccount"] ?? "";
  const bound =
    binding === null ? {} : { externalAccountBinding: makeBinding(binding, newAccount, jwk) };
  kid = (await post(newAccount, { termsOfServiceAgreed: true, ...bound })).location;
  return { post, thumbprint, newOrder: urls["newOrder"] ?? "", close: () => agent.destroy() };
}
export type Account = Awaited<ReturnType<typeof openAccount>>;

/** One whole order with http-01, to the downloaded chain. */
export async function orderOnce(
  { post, newOrder, thumbprint }: Account,
  name: string,
  answers: Map<string, string>,
): Promise<void> {
  const order = await post(newOrder, { identifiers: [{ type: "dns", value: name }] });
  const [authorization = ""] = order.body["authorizations"] as string[];
  const { challenges } = (await post(authorization, null)).body;
  const offered = challenges as Record<string, string>[];
  const { url = "", token = "" } = offered.find(({ type }) => type === "http-01") ?? {};
  answers.set(token, `${token}.${thumbprint}`);
  await post(url, {});
  await untilStatus(() => post(authorization, null), "valid");
  answers.delete(token);
  const [der = new Uint8Array()] = fromPem(makeRequest(name));
  const csr = Buffer.from(der).toString("base64url");
  const done = await post(String(order.body["finalize"]), { csr });
  const final =
    done.body["status"] === "valid"
      ? done
      : await untilStatus(() => post(order.location, null), "valid");
  const { text } = await post(String(final.body["certificate"]), null);
  if (!text.includes("BEGIN CERTIFICATE")) throw new Error("no certificate came");
}

async function untilStatus(ask: () => Promise<Answer>, wanted: string): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    const status = String(answer.body["status"]);
    if (status === wanted) return answer;
    if (status === "invalid") throw new Error(answer.text);
    await pause(pollMs);
  }
}

function signed(header: object, payload: unknown, key: KeyObject): string {
  const parts = { protected: encode(header), payload: payload === null ? "" : encode(payload) };
  const input = Buffer.from(`${parts.protected}.${parts.payload}`);
  const signature = sign("sha256", input, { key, dsaEncoding: "ieee-p1363" });
  return JSON.stringify({ ...parts, signature: signature.toString("base64url") });
}

function makeBinding({ kid, hmacKey }: Binding, url: string, jwk: object): object {
  const parts = { protected: encode({ alg: "HS256", kid, url }), payload: encode(jwk) };
  const hmac = createHmac("sha256", Buffer.from(hmacKey, "base64url"));
  const signature = hmac.update(`${parts.protected}.${parts.payload}`).digest("base64url");
  return { ...parts, signature };
}

function exchange(agent: Agent, method: string, url: string, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined
        ? {}
        : {
            "content-type": "application/jose+json",
            "content-length": Buffer.byteLength(body),
          };
    const outgoing = send(url, { method, agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        const { "replay-nonce": nonce = "", location = "" } = response.headers;
        const body = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
        const status = response.statusCode ?? 0;
        resolve({ status, location, nonce: String(nonce), body, text });
      });
    });
    outgoing.setTimeout(silentMs, () => outgoing.destroy(new ServerSilent(url)));
    outgoing.on("error", reject).end(body);
  });
}
