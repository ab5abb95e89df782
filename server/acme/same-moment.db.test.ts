import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordChange } from "@/lib/acme/orders/record-change";
import { spendNonceOf } from "@/lib/acme/signed-request-repository";
import { createProfile } from "@/lib/profiles/create-profile";
import { getProfile } from "@/lib/profiles/read-profiles";
import { profileInput } from "@/lib/profiles/schema";
import { adminActor } from "@/testing/actors";
import { makeTestRecorder } from "@/testing/recorder";
import {
  jwkOf,
  makeRawClient,
  newKey,
  type AcmeResponse,
  type RawClient,
} from "@/testing/gateway/acme-client";
import { openAcmeGateway, type AcmeGateway } from "@/testing/gateway/acme-fixture";

// Requests that come at the same moment share statements, and a poll may wait for what it asks about:
// neither changes what each request is answered with.
let gateway: AcmeGateway;
let responder: Server;
/** How long the responder thinks about each token. */
let thinkMs = 0;
const answers = new Map<string, string>();
beforeAll(async () => {
  responder = createServer(({ url = "" }, response) => {
    const answer = answers.get(url.slice(url.lastIndexOf("/") + 1)) ?? "";
    setTimeout(() => response.end(answer), thinkMs);
  });
  await new Promise<void>((done) => responder.listen(0, "0.0.0.0", done));
  const { port } = responder.address() as AddressInfo;
  gateway = await openAcmeGateway({ resolvers: [], httpPort: port, tlsPort: 443 });
  const { deps } = gateway.harness;
  const { rules } = await getProfile(deps, adminActor(), "tls-server");
  const san = { ...rules.san, ipRanges: [...rules.san.ipRanges, "127.0.0.0/8"] };
  const proven = { ...rules, san, acme: { validation: "challenge", caa: false } };
  const input = { slug: "proven", name: "proven", authority: "issuing", rules: proven };
  await createProfile(deps, adminActor(), profileInput.parse(input));
});
afterAll(async () => {
  responder?.close();
  await gateway?.close();
});

/** A client that has an account, which the gateway knows from an earlier request. */
async function newClient(...args: Parameters<AcmeGateway["enroll"]>): Promise<RawClient> {
  const client = makeRawClient(gateway.directory(), readFileSync(gateway.rootFile, "utf8"));
  await client.register(await gateway.enroll(...args));
  await client.post(client.account() ?? "", "");
  return client;
}
const told = ({ status, body }: AcmeResponse): string =>
  `${status} ${String(body["type"] ?? body["status"]).replace("urn:ietf:params:acme:error:", "")}`;

describe("a nonce", () => {
  test("that twelve requests of the same moment have is taken by one of them", async () => {
    const client = await newClient("twelve", ["twelve.example.com"]);
    const header = { nonce: await client.nonce() };
    const asked = Array.from({ length: 12 }, () =>
      client.post(client.account() ?? "", "", { header }),
    );
    const all = (await Promise.all(asked)).map(told);
    expect(all.toSorted()).toEqual(["200 valid", ...Array(11).fill("400 badNonce")]);
  });

  test("that two accounts have at the same moment is taken by one of them", async () => {
    const [one, other] = [
      await newClient("one of two", ["one.example.com"]),
      await newClient("other of two", ["other.example.com"]),
    ];
    const header = { nonce: await one.nonce() };
    const all = await Promise.all(
      [one, other].map((by) => by.post(by.account() ?? "", "", { header })),
    );
    expect(all.map(told).toSorted()).toEqual(["200 valid", "400 badNonce"]);
  });

  test("of a request that the account's key did not sign is still good, and so is one with a wrong URL", async () => {
    const client = await newClient("unspent", ["unspent.example.com"]);
    const account = client.account() ?? "";
    const header = { nonce: await client.nonce() };
    const forged = await client.post(account, "", { header, key: newKey() });
    const elsewhere = await client.post(account, "", {
      header: { ...header, url: `${account}/x` },
    });
    const good = await client.post(account, "", { header });
    expect([forged, elsewhere, good].map(told)).toEqual([
      "400 malformed",
      "403 unauthorized",
      "200 valid",
    ]);
  });

  test("that a request of an earlier key of the account has as well is good for the one that counts", async () => {
    const client = await newClient("earlier key", ["earlier.example.com"]);
    const accountId = client.account()?.split("/").at(-1) ?? "";
    const [row] = await gateway.harness.asSuper(
      "select thumbprint from acme_account where id = $1",
      [accountId],
    );
    const { deps } = gateway.harness;
    const request = {
      accountId,
      nonce: deps.random.bytes(16),
      nonceExpiresAt: new Date(deps.clock.now().getTime() + 3_600_000),
      now: deps.clock.now(),
      about: {},
    };
    const [earlier, current] = await Promise.all([
      spendNonceOf(deps.db, { ...request, thumbprint: "an earlier one" }),
      spendNonceOf(deps.db, { ...request, thumbprint: String(row?.["thumbprint"]) }),
    ]);
    expect([earlier, current?.isTaken]).toEqual([null, true]);
  });

  test("that is wrong does not show whether the key is good: the signature is refused first", async () => {
    const client = await newClient("changed key", ["changed.example.com"]);
    const account = client.account() ?? "";
    const key = newKey();
    const url = (await client.directory())["keyChange"] ?? "";
    const inner = { account, oldKey: client.jwk };
    const header = { alg: "ES256", jwk: jwkOf(key), url };
    const changed = await client.post(url, client.sign(url, inner, header, key));
    const all = [
      changed,
      await client.post(account, "", { header: { nonce: "AAAA" } }),
      await client.post(account, "", { header: { url: `${account}/x` } }),
      await client.post(account, "", { key }),
    ];
    expect(all.map(told)).toEqual(["200 valid", "400 malformed", "400 malformed", "200 valid"]);
  });
});

describe("what is read together with an account", () => {
  test("is for its own requests alone: another account's order and authorization are not found", async () => {
    const [owner, other] = [
      await newClient("owner", ["owner.example.com"]),
      await newClient("stranger", ["stranger.example.com"]),
    ];
    const identifiers = [{ type: "dns", value: "owner.example.com" }];
    const made = await owner.post((await owner.directory())["newOrder"] ?? "", { identifiers });
    const [authorization = ""] = made.body["authorizations"] as string[];
    const urls = [String(made.headers["location"]), authorization];
    const asked = await Promise.all(
      urls.flatMap((url) => [owner.post(url, ""), other.post(url, "")]),
    );
    expect(asked.map(told)).toEqual(["200 ready", "404 malformed", "200 valid", "404 malformed"]);
  });

  test("is not answered where the nonce was used before", async () => {
    const client = await newClient("replayed", ["replayed.example.com"]);
    const identifiers = [{ type: "dns", value: "replayed.example.com" }];
    const made = await client.post((await client.directory())["newOrder"] ?? "", { identifiers });
    const header = { nonce: await client.nonce() };
    const url = String(made.headers["location"]);
    const [first, again] = [
      await client.post(url, "", { header }),
      await client.post(url, "", { header }),
    ];
    expect([told(first), told(again)]).toEqual(["200 ready", "400 badNonce"]);
    expect(again.text).not.toContain("replayed.example.com");
  });
});

describe("a poll while a name is validated", () => {
  async function begin(by: RawClient, value: string) {
    const made = await by.post((await by.directory())["newOrder"] ?? "", {
      identifiers: [{ type: "ip", value }],
    });
    const [authorization = ""] = made.body["authorizations"] as string[];
    const offered = (await by.post(authorization, "")).body["challenges"];
    const { url = "", token = "" } =
      (offered as Record<string, string>[]).find(({ type }) => type === "http-01") ?? {};
    const [account] = await gateway.harness.asSuper(
      "select thumbprint from acme_account where id = $1",
      [by.account()?.split("/").at(-1)],
    );
    answers.set(token, `${token}.${String(account?.["thumbprint"])}`);
    return { authorization, challenge: url };
  }

  test("waits for the outcome, so that the first one has it", async () => {
    const by = await newClient("waits", ["127.0.0.31"], { profiles: ["proven"] });
    const { authorization, challenge } = await begin(by, "127.0.0.31");
    thinkMs = 300;
    const started = await by.post(challenge, {});
    const [ofName, ofChallenge] = await Promise.all([
      by.post(authorization, ""),
      by.post(challenge, ""),
    ]);
    expect([started, ofName, ofChallenge].map(told)).toEqual([
      "200 http-01",
      "200 valid",
      "200 http-01",
    ]);
    expect([started.body["status"], ofChallenge.body["status"]]).toEqual(["processing", "valid"]);
  });

  test("waits a second at most, and is then told to ask again", async () => {
    const by = await newClient("late", ["127.0.0.32"], { profiles: ["proven"] });
    const { authorization, challenge } = await begin(by, "127.0.0.32");
    thinkMs = 4_000;
    await by.post(challenge, {});
    const early = await by.post(authorization, "");
    thinkMs = 0;
    expect([told(early), early.headers["retry-after"]]).toEqual(["200 pending", "3"]);
    await pause(3_500);
    expect(told(await by.post(authorization, ""))).toBe("200 valid");
  });

  test("does not wait with a nonce that was used before", async () => {
    const by = await newClient("used", ["127.0.0.33"], { profiles: ["proven"] });
    const { authorization, challenge } = await begin(by, "127.0.0.33");
    thinkMs = 2_000;
    const header = { nonce: await by.nonce() };
    await by.post(by.account() ?? "", "", { header });
    await by.post(challenge, {});
    const began = performance.now();
    expect(told(await by.post(authorization, "", { header }))).toBe("400 badNonce");
    // Far less than the second that a good one waits.
    expect(performance.now() - began).toBeLessThan(900);
    thinkMs = 0;
  });
});

test("a change whose entry is too large is refused, and leaves no number of an entry open", async () => {
  const { deps } = gateway.harness;
  const recorder = makeTestRecorder(deps, "test/large");
  const names = Array.from({ length: 100 }, () => "x".repeat(3_000));
  const entry = {
    action: "acme.order-created",
    outcome: "success",
    target: null,
    details: { names },
  } as never;
  await expect(recordChange({ recorder }, adminActor(), entry, async () => true)).rejects.toThrow(
    expect.objectContaining({ code: "record.too-large" }),
  );
  expect(recorder.source.report().settled).toBe(recorder.source.lastNumber());
});
