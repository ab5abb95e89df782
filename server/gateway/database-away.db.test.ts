import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "@/lib/db/database";
import { reconcilePendingIssuances } from "@/lib/issuing/reconcile-pending-issuances";
import { type Fault, makeFaulty } from "@/testing/database/faulty-database";
import { makeRawClient, type RawClient } from "@/testing/gateway/acme-client";
import { makeCsr } from "@/testing/gateway/acme-csr";
import { type AcmeGateway, openAcmeGateway } from "@/testing/gateway/acme-fixture";
import { type EstGateway, openEstGateway } from "@/testing/gateway/est-fixture";
import { until } from "@/testing/gateway/test-gateway";

// The database goes away in the middle of what a machine asks, after so many statements, and comes
// back before the machine asks again.
const mostStatements = 18;
const faults = ["refused", "lost before", "lost after"] as const satisfies readonly Fault[];

/** Fails every statement once this many have run; null while the database is there. */
let left: number | null = null;
let fault: Fault = "refused";
const away = (db: Database): Database =>
  makeFaulty(db, () => (left === null || left-- > 0 ? "none" : fault));

let acme: AcmeGateway, est: EstGateway;
let client: RawClient;
beforeAll(async () => {
  acme = await openAcmeGateway(undefined, undefined, away);
  est = await openEstGateway(away);
  client = makeRawClient(acme.directory(), readFileSync(acme.rootFile, "utf8"));
  const names = Array.from({ length: 3 * mostStatements }, (_, n) => `away-${n}.example.com`);
  await client.register(await acme.enroll("away", names));
});
afterAll(async () => {
  left = null;
  await acme?.close();
  await est?.close();
});

/** Does it while the database goes away after so many statements. */
async function whileAway<T>(after: number, work: () => Promise<T>): Promise<T> {
  left = after;
  try {
    return await work();
  } finally {
    left = null;
  }
}

const newOrder = async (name: string) =>
  client.post((await client.directory())["newOrder"] ?? "", {
    identifiers: [{ type: "dns", value: name }],
  });

test.each(faults)(
  "an ACME order whose finalization meets a database that is %s is never answered with 500, and ends with one certificate",
  async (how) => {
    fault = how;
    const statuses = new Set<number>();
    for (let after = 0; after < mostStatements; after += 1) {
      const name = `away-${faults.indexOf(how) * mostStatements + after}.example.com`;
      const order = await newOrder(name);
      expect(order.status, order.text).toBe(201);
      const finalize = String(order.body["finalize"]);
      const location = String(order.headers["location"]);
      const csr = await makeCsr([name]);
      const header = { alg: "ES256", nonce: await client.nonce(), url: finalize };
      const message = client.sign(finalize, { csr }, { ...header, kid: client.account() });
      const answer = await whileAway(after, () =>
        client.postBody(finalize, JSON.stringify(message)),
      );
      statuses.add(answer.status);
      expect([200, 503], `after ${after}: ${answer.text}`).toContain(answer.status);
      let last = answer.text;
      await until(async () => {
        acme.harness.advance(61_000);
        await reconcilePendingIssuances(acme.harness.deps);
        const now = await client.post(location, "");
        last = now.text;
        if (now.body["status"] === "ready") await client.post(finalize, { csr });
        return now.body["status"] === "valid" || now.body["status"] === "invalid";
      });
      expect(JSON.parse(last), `after ${after}: ${answer.text}`).toMatchObject({ status: "valid" });
    }
    expect([...statuses]).toContain(503);
    const issued = await acme.harness.asSuper(
      "select count(*)::int as count, count(distinct common_name)::int as names from certificate where common_name like 'away-%' and state = 'issued'",
    );
    expect(issued[0]?.["count"]).toBe(issued[0]?.["names"]);
  },
);

test.each(faults)(
  "an EST enrollment that meets a database that is %s is never answered with 500, and its secret gives one certificate at most",
  async (how) => {
    fault = how;
    const statuses = new Set<number>();
    for (let after = 0; after < mostStatements; after += 1) {
      const name = `est-${how.replace(" ", "-")}-${after}.example.com`;
      const identity = await est.service(name, [name]);
      const secret = await est.secretFor(identity);
      const { file } = await est.csr({ subject: `/CN=${name}`, san: `DNS:${name}` });
      const enroll = () => est.ask({ path: "tls-server/simpleenroll", secret, file });
      const answer = await whileAway(after, enroll);
      statuses.add(answer.status);
      expect([200, 503], `after ${after}: ${answer.body}`).toContain(answer.status);
      const again = await enroll();
      const issued = await est.harness.asSuper(
        "select id from certificate where identity_id = $1 and state = 'issued'",
        [identity],
      );
      expect(issued.length, `after ${after}`).toBeLessThanOrEqual(1);
      // Either it can be sent again, or it was answered, or the answer says that it can't.
      const says = /secret (is|may be) spent.*create a new secret/s.exec(answer.body)?.[1];
      const isKnown = again.status === 200 || answer.status === 200 || says !== undefined;
      expect(isKnown, answer.body).toBe(true);
      expect(says === "is" && again.status === 200, answer.body).toBe(false);
    }
    expect([...statuses]).toContain(503);
  },
);
