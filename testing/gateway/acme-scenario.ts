import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createAcmeKey } from "@/lib/acme/create-acme-key";
import type { CreatedAcmeKey } from "@/lib/acme/schema";
import { createProfile } from "@/lib/profiles/create-profile";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import { adminActor } from "@/testing/actors";
import { makeTokenFixture } from "@/testing/tokens";
import { jwkOf, makeRawClient, newKey, type AcmeResponse, type RawClient } from "./acme-client";
import { makeCsr } from "./acme-csr";
import { openAcmeGateway, type AcmeGateway } from "./acme-fixture";
import { until } from "./test-gateway";

/**
 * A gateway at which clients did everything that ACME lets them: enrollment keys that are limited,
 * revoked and made by tokens; accounts with contacts, with another key, deactivated; orders that are
 * open, issued, replacing, proven, not proven and refused.
 */
export type AcmeScenario = Readonly<{
  gateway: AcmeGateway;
  /** IDs of keys, accounts and orders by what happened to them. */
  ids: Readonly<Record<string, string>>;
  /** The HMAC keys, and the tokens of challenges that were answered. */
  secrets: readonly string[];
  close: () => Promise<void>;
}>;

type Making = Readonly<{
  gateway: AcmeGateway;
  ids: Record<string, string>;
  secrets: string[];
  /** What the web server answers, by token. */
  answers: Map<string, string>;
}>;

const proven = "tls-server-proven";
const idOf = (url: unknown): string => String(url).split("/").at(-1) ?? "";
const orderId = ({ headers }: AcmeResponse): string => idOf(headers["location"]);

/** Opens the gateway and does all of it; throws if something is refused that shouldn't be. */
export async function openAcmeScenario(): Promise<AcmeScenario> {
  const answers = new Map<string, string>();
  const server = createServer(({ url }, response) => response.end(answers.get(idOf(url)) ?? ""));
  await new Promise<void>((done) => server.listen(0, "0.0.0.0", done));
  const { port } = server.address() as AddressInfo;
  const gateway = await openAcmeGateway({ resolvers: [], httpPort: port, tlsPort: 443 });
  const making: Making = { gateway, answers, ids: {}, secrets: [] };
  const close = async (): Promise<void> => {
    server.close();
    await gateway.close();
  };
  try {
    await makeKeys(making);
    await makeProofs(making);
  } catch (error) {
    await close();
    throw error;
  }
  return { ...making, close };
}

/** A client whose account was made with this key. */
async function register(
  { gateway, secrets }: Making,
  key: CreatedAcmeKey,
): Promise<RawClient & Readonly<{ urls: Record<string, string> }>> {
  secrets.push(key.hmacKey ?? "");
  const client = makeRawClient(gateway.directory(), readFileSync(gateway.rootFile, "utf8"));
  accepted(await client.register(key));
  return { ...client, urls: await client.directory() };
}

function accepted(answer: AcmeResponse): AcmeResponse {
  if (answer.status < 300) return answer;
  throw new Error(`ACME request refused: ${answer.status} ${answer.text}`);
}

async function makeKeys(making: Making): Promise<void> {
  const { gateway, ids, secrets } = making;
  const limits = { names: ["pay.example.com"], profiles: ["tls-server"] };
  const key = await gateway.enroll("shop", ["pay.example.com", "www.example.com"], limits);
  ids["key"] = key.id;
  const client = await register(making, key);
  ids["account"] = idOf(client.account());
  await makeAccounts(making, key, client);
  await makeOrders(making, client);
  const revoked = await gateway.enroll("billing", ["bill.example.com"]);
  await register(making, revoked);
  ids["revoked"] = revoked.id;
  await gateway.revoke(revoked.id);
  const names = Array.from({ length: 12 }, (_, at) => `node-${at}.fleet.example.com`);
  const fleet = await gateway.enroll("fleet", names, { names });
  ids["fleet"] = fleet.id;
  const made = await makeByToken(gateway, fleet.identityId);
  ids["made"] = made.id;
  secrets.push(fleet.hmacKey ?? "", made.hmacKey ?? "");
}

/** With a token that a person's token made. */
async function makeByToken(gateway: AcmeGateway, identity: string): Promise<CreatedAcmeKey> {
  const { harness } = gateway;
  const tokens = await makeTokenFixture(harness);
  const [person] = await harness.asSuper("select id, email from account limit 1");
  const admin = adminActor({ id: String(person?.["id"]), label: String(person?.["email"]) });
  const child = await tokens.make(await tokens.bearer(await tokens.make(admin)));
  const delivery = { key: new Uint8Array(32).fill(7), allow: [] };
  const wish = { profiles: [], names: [], expiresInDays: 7 };
  const bearer = await tokens.bearer(child);
  return (await createAcmeKey({ ...harness.deps, delivery }, bearer, identity, wish)).result;
}

/** Accounts with other contacts, another key, and an end. */
async function makeAccounts(making: Making, key: CreatedAcmeKey, client: RawClient): Promise<void> {
  accepted(await client.post(client.account() ?? "", { contact: ["mailto:ops@example.com"] }));
  const changing = await register(making, key);
  making.ids["changed"] = idOf(changing.account());
  const next = newKey();
  const url = changing.urls["keyChange"] ?? "";
  const payload = { account: changing.account(), oldKey: changing.jwk };
  const header = { alg: "ES256", jwk: jwkOf(next), url };
  accepted(await changing.post(url, changing.sign("", payload, header, next)));
  const leaving = await register(making, key);
  making.ids["left"] = idOf(leaving.account());
  accepted(await leaving.post(leaving.account() ?? "", { status: "deactivated" }));
}

type Registered = Awaited<ReturnType<typeof register>>;

const order = async (
  by: Registered,
  type: string,
  value: string,
  more = {},
): Promise<AcmeResponse> =>
  accepted(await by.post(by.urls["newOrder"] ?? "", { identifiers: [{ type, value }], ...more }));

async function issue(by: Registered, name: string, more = {}): Promise<string> {
  const made = await order(by, "dns", name, more);
  accepted(await by.post(String(made.body["finalize"]), { csr: await makeCsr([name]) }));
  return orderId(made);
}

async function makeOrders({ gateway, ids }: Making, client: Registered): Promise<void> {
  ids["ready"] = orderId(await order(client, "dns", "pay.example.com"));
  ids["issued"] = await issue(client, "pay.example.com");
  const [row] = await gateway.harness.asSuper(
    `select encode(c.der, 'hex') as der, encode(c.serial, 'hex') as serial
      from certificate c join acme_order o on o.certificate_id = c.id where o.id = $1`,
    [ids["issued"]],
  );
  const replaces = certIdOf(String(row?.["der"]), String(row?.["serial"]));
  ids["replacing"] = await issue(client, "pay.example.com", { replaces });
}

/** RFC 9773 section 4.1, of bytes in hexadecimal. */
function certIdOf(der: string, serial: string): string {
  const start = "0603551d23041830168014";
  const keyId = der.slice(der.indexOf(start) + start.length).slice(0, 40);
  const octets = /^[89a-f]/.test(serial) ? `00${serial}` : serial;
  const base64 = (hex: string): string => Buffer.from(hex, "hex").toString("base64url");
  return `${base64(keyId)}.${base64(octets)}`;
}

/** Addresses that are proven by HTTP, or not, or proven and allowed by no profile. */
async function makeProofs(making: Making): Promise<void> {
  const { gateway, ids } = making;
  const { deps } = gateway.harness;
  const { rules } = await getProfile(deps, adminActor(), "tls-server");
  const input = {
    slug: proven,
    name: proven,
    authority: "issuing",
    rules: { ...rules, acme: { validation: "challenge", caa: false } },
  };
  await createProfile(deps, adminActor(), profileInput.parse(input));
  const prover = await register(making, await gateway.enroll("prover", [], { profiles: [proven] }));
  ids["pending"] = orderId(await order(prover, "ip", "127.0.0.9", { profile: proven }));
  ids["proven"] = orderId(await prove(making, prover, "127.0.0.1", true));
  ids["unproven"] = orderId(await prove(making, prover, "127.0.0.2", false));
  const refused = await prove(making, prover, "127.0.0.3", true);
  const csr = await makeCsr([], { commonName: "127.0.0.3" });
  const { status } = await prover.post(String(refused.body["finalize"]), { csr });
  if (status < 400) throw new Error("a name that no profile allows was issued");
  ids["refused"] = orderId(refused);
}

/** Orders an address, and answers its challenge by HTTP, rightly or wrongly; the order. */
async function prove(
  { gateway, answers, secrets }: Making,
  by: Registered,
  address: string,
  isRight: boolean,
): Promise<AcmeResponse> {
  const made = await order(by, "ip", address, { profile: proven });
  const [authorization = ""] = made.body["authorizations"] as string[];
  const offered = (await by.post(authorization, "")).body["challenges"] as Record<string, string>[];
  const { token = "", url = "" } = offered.find(({ type }) => type === "http-01") ?? {};
  const [account] = await gateway.harness.asSuper(
    "select thumbprint from acme_account where id = $1",
    [idOf(by.account())],
  );
  answers.set(token, `${token}.${isRight ? String(account?.["thumbprint"]) : "wrong"}`);
  secrets.push(token);
  accepted(await by.post(url, {}));
  await until(async () => (await by.post(authorization, "")).body["status"] !== "pending");
  return made;
}
