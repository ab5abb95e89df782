import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import type { EntryRecord } from "@/lib/log/types";
import { createProfile } from "@/lib/profiles/create-profile";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import { adminActor } from "@/testing/actors";
import { newKey } from "@/testing/gateway/acme-client";
import { makeCsr } from "@/testing/gateway/acme-csr";
import { openAcmeGateway, type AcmeGateway } from "@/testing/gateway/acme-fixture";
import {
  byKey,
  changeTo,
  makeSubject,
  type Message,
  type MessageName,
  messages,
  shortKey,
  type Subject,
} from "@/testing/gateway/acme-messages";

// Each message of the protocol with everything that can be wrong with it: the answer, the entry, and
// that nothing changes. The tables below are the specification.

const accounts = ["own", "foreign", "deactivated", "revoked", "suspended"] as const;
type AccountName = (typeof accounts)[number];
const subjects = new Map<AccountName, Subject>();
const challenged = "challenged";
let gateway: AcmeGateway;
let urls: Record<string, string>;

beforeAll(async () => {
  const many = { singlesPerNetwork: 10_000, singles: 10_000, networks: 500 };
  gateway = await openAcmeGateway(undefined, many);
  const { deps } = gateway.harness;
  const { rules } = await getProfile(deps, adminActor(), "tls-server");
  const input = {
    slug: challenged,
    name: challenged,
    authority: "issuing",
    rules: { ...rules, acme: { validation: "challenge", caa: false } },
  };
  await createProfile(deps, adminActor(), profileInput.parse(input));
  for (const name of accounts) subjects.set(name, await makeSubject(gateway, name, challenged));
  urls = await subject("own").client.directory();
  const leaving = subject("deactivated");
  await leaving.client.post(leaving.account, { status: "deactivated" });
  await gateway.revoke(subject("revoked").keyId);
  await suspendIdentity(deps, adminActor(), subject("suspended").identityId, { comment: "" });
});
afterAll(() => gateway?.close());

function subject(name: AccountName): Subject {
  const found = subjects.get(name);
  if (found === undefined) throw new Error("the fixture is not there yet");
  return found;
}

const badNonce = "400 badNonce";
const malformed = "400 malformed";
const unauthorized = "403 unauthorized";
const badKey = "400 badPublicKey";
const badCsr = "400 badCSR";
/** The message has nothing that this could be wrong with, or is right so. */
const none = null;

/** What each message is answered with; `null` where the message can't have that. */
type Row = Readonly<Record<MessageName, string | null>>;
const names = Object.keys(messages) as MessageName[];
const signedByKey: readonly MessageName[] = ["newAccount", "revokeCert by key"];
const row = (make: (name: MessageName) => string | null, over: Partial<Row> = {}): Row =>
  ({ ...Object.fromEntries(names.map((name) => [name, make(name)])), ...over }) as Row;
const each = (answer: string, over: Partial<Row> = {}): Row => row(() => answer, over);
const only = (answers: Partial<Row>): Row => row(() => none, answers);
const ofAccounts = (answer: string, over: Partial<Row> = {}): Row =>
  row((name) => (signedByKey.includes(name) ? none : answer), over);

type Fault = Readonly<{
  /** What the server answers to each message. */
  answers: Row;
  /** Who signs; `own` unless it says so. */
  by?: AccountName;
  /** Whose resources it is about, if not the signer's. */
  of?: AccountName;
  /** Whether the account is proven by then, so that the refusal is recorded as its own. */
  isProven: boolean;
  /** What is wrong with the message. */
  change?: (
    message: Message,
    by: Subject,
    name: MessageName,
  ) => Partial<Message> | Promise<Partial<Message>>;
}>;
const header =
  (over: Readonly<Record<string, unknown>>): NonNullable<Fault["change"]> =>
  (message) => ({ header: { ...message.header, ...over } });
const payload = ({ payload: given }: Message, over: object): Partial<Message> => ({
  payload: { ...(given as object), ...over },
});

const faults: Readonly<Record<string, Fault>> = {
  "a wrong key": {
    answers: each(malformed),
    isProven: false,
    change: () => ({ key: newKey() }),
  },
  "a nonce that was used": {
    answers: each(badNonce),
    isProven: false,
    change: async (message, { client, account }) => {
      const nonce = await client.nonce();
      await client.post(account, "", { header: { nonce } });
      return { header: { ...message.header, nonce } };
    },
  },
  "a nonce of someone else's making": {
    answers: each(badNonce),
    isProven: false,
    change: header({ nonce: Buffer.alloc(44, 7).toString("base64url") }),
  },
  "no nonce": { answers: each(badNonce), isProven: false, change: header({ nonce: undefined }) },
  "the URL of another resource": {
    answers: each(unauthorized),
    isProven: false,
    change: (message) => ({ header: { ...message.header, url: `${message.url}x` } }),
  },
  "the URL on another host": {
    answers: each(unauthorized),
    isProven: false,
    change: (message) => ({
      header: { ...message.header, url: message.url.replace(/\/\/[^/]*/, "//evil.example.com") },
    }),
  },
  "no algorithm": {
    answers: each("400 badSignatureAlgorithm"),
    isProven: false,
    change: header({ alg: "none" }),
  },
  "an algorithm of another type of key": {
    answers: each("400 badSignatureAlgorithm"),
    isProven: false,
    change: header({ alg: "HS256" }),
  },
  "both jwk and kid": {
    answers: each(malformed),
    isProven: false,
    change: (message, { client, account }) => ({
      header: { jwk: client.jwk, ...message.header, kid: account },
    }),
  },
  "jwk for kid": {
    // By a key alone it is a revocation with the certificate's key, which the account's isn't.
    answers: ofAccounts(malformed, { "revokeCert by account": unauthorized }),
    isProven: false,
    change: (_message, { client }) => byKey(client.key),
  },
  "kid for jwk": {
    answers: only({ newAccount: malformed, "revokeCert by key": malformed }),
    isProven: false,
    change: (_message, { account }) => ({ header: { kid: account } }),
  },
  "the kid of no account": {
    answers: ofAccounts("400 accountDoesNotExist"),
    isProven: false,
    change: (message, { account }) => ({
      header: { ...message.header, kid: account.replace(/.{4}$/, "aaaa") },
    }),
  },
  "a weak key": {
    answers: only({
      newAccount: badKey,
      keyChange: badKey,
      finalize: badCsr,
      "revokeCert by key": badKey,
    }),
    isProven: true,
    change: async (message, by, name) => {
      if (name === "finalize")
        return payload(message, { csr: await makeCsr(by.names, { key: "rsa:1024" }) });
      if (name === "keyChange")
        return { payload: changeTo(by, by.account, message.url, shortKey()) };
      return byKey(shortKey());
    },
  },
  "a deactivated account": {
    answers: ofAccounts(unauthorized, { newAccount: unauthorized }),
    by: "deactivated",
    isProven: true,
  },
  "an account whose ACME key is revoked": {
    answers: ofAccounts(unauthorized, { newAccount: unauthorized }),
    by: "revoked",
    isProven: true,
  },
  "an account whose identity is suspended": {
    answers: ofAccounts(unauthorized, { newAccount: unauthorized }),
    by: "suspended",
    isProven: true,
  },
  "what belongs to another account": {
    answers: row(() => "404 malformed", {
      newAccount: none,
      "account, read": unauthorized,
      "account, changed": unauthorized,
      "account, deactivated": unauthorized,
      orders: unauthorized,
      keyChange: malformed,
      newOrder: unauthorized,
      "revokeCert by account": unauthorized,
      "revokeCert by key": unauthorized,
    }),
    of: "foreign",
    isProven: true,
  },
  "names that are not held": {
    answers: only({ newOrder: "400 rejectedIdentifier" }),
    isProven: true,
    change: (message, by) =>
      payload(message, {
        identifiers: [...by.names, "foreign.example.com"].map((value) => ({ type: "dns", value })),
      }),
  },
  "names of an unknown type": {
    answers: only({ newOrder: "400 unsupportedIdentifier" }),
    isProven: true,
    change: (message) =>
      payload(message, { identifiers: [{ type: "email", value: "a@b.example" }] }),
  },
  "a CSR with a name more": {
    answers: only({ finalize: badCsr }),
    isProven: true,
    change: async (message, by) =>
      payload(message, { csr: await makeCsr([...by.names, "foreign.example.com"]) }),
  },
  "a CSR with a name less": {
    answers: only({ finalize: badCsr }),
    isProven: true,
    change: async (message, by) => payload(message, { csr: await makeCsr(by.names.slice(0, 1)) }),
  },
  "a CSR with a name of another type": {
    answers: only({ finalize: badCsr }),
    isProven: true,
    change: async (message, by) =>
      payload(message, { csr: await makeCsr(by.names, { extra: "email:ops@example.com" }) }),
  },
  "a CSR with another common name": {
    answers: only({ finalize: badCsr }),
    isProven: true,
    change: async (message, by) =>
      payload(message, { csr: await makeCsr(by.names, { commonName: "foreign.example.com" }) }),
  },
  "a CSR that is none": {
    answers: only({ finalize: badCsr }),
    isProven: true,
    change: (message) => payload(message, { csr: "AAAA" }),
  },
};

/** Rows of background jobs, and nonces, which a signature that is good spends. */
const apart = ["acme_nonce", "crl", "alert", "alert_figures", "delivery", "delivery_attempt"];

/** A digest of every table that a request could change. */
async function snapshot(): Promise<Record<string, unknown>> {
  const { asSuper } = gateway.harness;
  const tables = await asSuper(
    "select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables where table_schema in ('public', 'signer') and table_type = 'BASE TABLE' and not table_name = any($1) order by 1",
    [apart],
  );
  const digests = tables.map(({ name }) => {
    const rows = "string_agg(t::text, '|' order by t::text)";
    return `select '${String(name)}' as name, md5(coalesce(${rows}, '')) as digest from ${String(name)} t`;
  });
  const rows = await asSuper(digests.join(" union all "));
  return Object.fromEntries(rows.map(({ name, digest }) => [String(name), digest]));
}

/** Entries of callers so far; jobs of the gateway write others meanwhile. */
const entriesOfCallers = async (): Promise<EntryRecord[]> =>
  (await gateway.entries()).filter(({ actor }) => actor.kind !== "system");

async function send(fault: Fault, name: MessageName) {
  const by = subject(fault.by ?? "own");
  const right = messages[name](by, subject(fault.of ?? fault.by ?? "own"), urls);
  const {
    url,
    payload: sent,
    key,
    header: head,
  } = {
    ...right,
    ...(await fault.change?.(right, by, name)),
  };
  return { by, url, answer: await by.client.post(url, sent, { key, header: head }) };
}

describe.each(Object.entries(faults))("%s", (_what, fault) => {
  const expected = Object.entries(fault.answers).filter(([, answer]) => answer !== none);
  test.each(expected as [MessageName, string][])(
    "in %s is refused with %s, recorded once, and changes nothing",
    async (name, expectedAnswer) => {
      const [before, entries] = [await snapshot(), (await entriesOfCallers()).length];
      const { by, url, answer } = await send(fault, name);
      const { status, body, headers, text } = answer;
      const type = String(body["type"]).replace("urn:ietf:params:acme:error:", "");
      expect(`${status} ${type}`, text).toBe(expectedAnswer);
      expect(headers["content-type"]).toBe("application/problem+json");
      expect(headers["replay-nonce"]).toMatch(/^[\w-]{40,}$/);
      expect(await snapshot()).toEqual(before);

      const written = (await entriesOfCallers()).slice(entries);
      const isProven = fault.isProven && !isByKeyAlone(name, fault);
      expect(written).toMatchObject([
        {
          action: "request.refused",
          outcome: status === 403 ? "denied" : "failure",
          actor: isProven
            ? { kind: "acme-account", id: by.account.split("/").at(-1) }
            : { kind: "anonymous", id: null },
          details: { code: body["code"], method: "POST", status, path: new URL(url).pathname },
        },
      ]);
    },
  );
});

/** Signed by a key that no account has, or by that of a certificate: there is no account to name. */
const isByKeyAlone = (name: MessageName, { by }: Fault): boolean =>
  name === "revokeCert by key" || (name === "newAccount" && by === undefined);

describe("without any of that", () => {
  test("each message is accepted, in an order in which none ends the next", async () => {
    const last: readonly MessageName[] = ["revokeCert by account", "account, deactivated"];
    const own = subject("own");
    // It gives the account a key that this client doesn't have.
    const apartFrom: readonly MessageName[] = ["keyChange", "revokeCert by key", ...last];
    for (const name of [...names.filter((one) => !apartFrom.includes(one)), ...last]) {
      const { url, payload: sent, key, header: head } = messages[name](own, own, urls);
      const { status, text } = await own.client.post(url, sent, { key, header: head });
      expect([200, 201], `${name}: ${status} ${text}`).toContain(status);
    }
  });
  test("a certificate's key revokes it, and an account's key changes", async () => {
    const of = subject("foreign");
    for (const name of ["revokeCert by key", "keyChange"] as const) {
      const { url, payload: sent, key, header: head } = messages[name](of, of, urls);
      const { status, text } = await of.client.post(url, sent, { key, header: head });
      expect(status, text).toBe(200);
    }
  });
});
