import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import { newId } from "@/lib/format/ids";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { system } from "@/testing/actors";
import { delivering, endDeliveries } from "@/testing/delivery/delivering";
import { httpReceiver } from "@/testing/delivery/receivers";
import { type Harness, openHarness } from "@/testing/harness";
import { createDestination } from "./create-destination";
import { insertDestination } from "./destination-repository";
import { listDeliveries } from "./read-deliveries";
import { getDestination, listDestinations } from "./read-destinations";
import { removeDestination } from "./remove-destination";
import type { DestinationConfig } from "./schema";
import { sealReadableUrls } from "./seal-readable-urls";
import { sealSecret } from "@/lib/delivery/secrets/seal-secret";
import { testDestination } from "./test-destination";
import { updateDestination } from "./update-destination";

let harness: Harness, deps: Deps;
let count = 0;
beforeAll(async () => {
  harness = await openHarness();
  deps = delivering(harness.deps);
});
afterEach(() => endDeliveries(deps));
afterAll(() => harness.close());

const secretPath = "/webhooks/4711-0815/dG9rZW4tb2YtdGVhbXM?sig=c2lnbmF0dXJl";
const parts = ["4711-0815", "dG9rZW4tb2YtdGVhbXM", "c2lnbmF0dXJl"];
const webhook = (port: number, path = secretPath): DestinationConfig => ({
  kind: "webhook",
  url: `http://127.0.0.1:${port}${path}`,
  ca: "",
});
const add = async (config: DestinationConfig, secret?: string) =>
  (
    await createDestination(deps, system, {
      name: `hook ${++count}`,
      config,
      minSeverity: "medium",
      ...(secret === undefined ? {} : { secret }),
    })
  ).result;
const rowsOf = () =>
  harness.asSuper(
    "select to_jsonb(d) - 'sealed' as row from destination d union all select to_jsonb(a) from delivery_attempt a",
  );
const refusal = (work: Promise<unknown>): Promise<readonly [string, string | undefined]> =>
  work.then(
    () => ["nothing", undefined] as const,
    (error: unknown) => {
      if (!isAppError(error)) throw error;
      return [error.code, error.findings[0]?.path] as const;
    },
  );

/** A row as earlier versions stored it: the URL readable, only the key sealed. */
async function storeReadable(port: number): Promise<string> {
  const now = deps.clock.now(),
    id = newId("dst", now, deps.random.bytes),
    name = `hook ${++count}`;
  const key = deps.delivery?.key ?? new Uint8Array();
  await auditedTransaction(deps.recorder, system, async (tx) => {
    await insertDestination(tx, {
      id,
      kind: "webhook",
      name,
      status: "active",
      config: webhook(port),
      sealed: sealSecret(key, id, "the key of the receiver", deps.random),
      minSeverity: "medium",
      createdAt: now,
      changedAt: now,
    });
    const details = { kind: "webhook", name, address: "", minSeverity: "medium" };
    const target = { kind: "destination", id, label: name };
    return {
      result: null,
      entries: [{ action: "destination.created", outcome: "success", target, details }],
    };
  });
  return id;
}

describe("the path of a webhook, which is its secret,", () => {
  test("is in no answer, no entry, no row and no result of a delivery, whatever the receiver repeats", async () => {
    const receiver = await httpReceiver(({ path }, response) => {
      response.writeHead(404).end(`Cannot POST ${path}${" ".repeat(150)}${path}`);
    });
    const { result, entries } = await harness.during(async () => {
      const made = await add(webhook(receiver.port));
      const changed = await updateDestination(deps, system, made.id, {
        config: webhook(receiver.port, secretPath.replace("sig=", "sig2=")),
      });
      const tested = await testDestination(deps, system, made.id);
      return [
        made,
        changed,
        tested,
        await getDestination(deps, system, made.id),
        await listDestinations(deps, system),
        await listDeliveries(deps, system, made.id),
        await removeDestination(deps, system, made.id, { comment: "" }),
      ];
    });
    expect(receiver.got[0]?.path).toBe(secretPath.replace("sig=", "sig2="));
    expect(entries.length).toBeGreaterThan(3);
    for (const place of [result, entries, await rowsOf()])
      for (const part of parts) expect(JSON.stringify(place)).not.toContain(part);
    expect(JSON.stringify(entries)).toContain(`http://127.0.0.1:${receiver.port}/… (replaced)`);
    expect(JSON.stringify(result)).toContain("404 Not Found: Cannot POST …");
  });
  test("of a Slack-compatible webhook is not repeated either", async () => {
    const receiver = await httpReceiver(({ path }, response) => {
      response
        .writeHead(500, `no ${path.slice(10, 25)}`)
        .end(`{"path":"${path.replaceAll("/", "\\/")}"}`);
    });
    const { id } = await add(
      { kind: "slack", shown: "" },
      `http://127.0.0.1:${receiver.port}${secretPath}`,
    );
    const text = JSON.stringify([await testDestination(deps, system, id), await rowsOf()]);
    for (const part of parts) expect(text).not.toContain(part);
  });
  test("is kept when a form sends the masked URL back, and still receives", async () => {
    const receiver = await httpReceiver();
    const made = await add(webhook(receiver.port));
    const { config } = await getDestination(deps, system, made.id);
    const { result: changes, entries } = await harness.during(() =>
      updateDestination(deps, system, made.id, { name: "another name", config }),
    );
    expect(changes.result.config).toEqual(config);
    expect(entries[0]?.details).toEqual({
      changes: { name: expect.anything() as unknown },
      settingsDigest: expect.stringMatching(/^[\w:-]+$/) as unknown,
    });
    await updateDestination(deps, system, made.id, { newSecret: true });
    await testDestination(deps, system, made.id);
    expect(receiver.got.map(({ path }) => path)).toEqual([secretPath]);
  });
  test.each([
    ["another host", "https://hooks.example.com/…"],
    ["another port", "http://127.0.0.1:1/…"],
    ["another scheme", "https://127.0.0.1:PORT/…"],
    ["an escaped mask of another host", "https://hooks.example.com/%E2%80%A6"],
  ])("is not kept for %s", async (_, url) => {
    const receiver = await httpReceiver();
    const { id } = await add(webhook(receiver.port));
    const config: DestinationConfig = {
      kind: "webhook",
      url: url.replace("PORT", String(receiver.port)),
      ca: "",
    };
    const kept = {
      ...deps,
      delivery: {
        key: deps.delivery?.key ?? new Uint8Array(),
        allow: ["127.0.0.1/32", "hooks.example.com"],
      },
    };
    expect(await refusal(updateDestination(kept, system, id, { config }))).toEqual([
      "destination.invalid",
      "config.url",
    ]);
  });
  test("can't be left out of a new destination", async () => {
    expect(await refusal(add({ kind: "webhook", url: "http://127.0.0.1:1/…", ca: "" }))).toEqual([
      "destination.invalid",
      "config.url",
    ]);
  });
  test("is not lost with another key: the whole URL and a new signing key are asked for", async () => {
    const receiver = await httpReceiver();
    const { id } = await add(webhook(receiver.port));
    const other = delivering(harness.deps);
    const { config } = await getDestination(other, system, id);
    for (const change of [{ config }, { config: webhook(receiver.port) }, { newSecret: true }])
      expect((await refusal(updateDestination(other, system, id, change)))[0]).toBe(
        "destination.secret-unreadable",
      );
    await updateDestination(other, system, id, { config: webhook(receiver.port), newSecret: true });
    expect((await testDestination(other, system, id)).result.ok).toBe(true);
  });
});

describe("a URL that an earlier version stored readable", () => {
  test("is shown masked at once, goes on receiving, and is sealed with an entry", async () => {
    const receiver = await httpReceiver();
    const id = await storeReadable(receiver.port);
    const shown = `http://127.0.0.1:${receiver.port}/…`;
    expect(await getDestination(deps, system, id)).toMatchObject({
      address: shown,
      config: { url: shown },
    });
    await testDestination(deps, system, id);
    const { result, entries } = await harness.during(() => sealReadableUrls(deps));
    expect(result).toBe(1);
    expect(entries).toMatchObject([
      {
        action: "destination.updated",
        actor: { kind: "system" },
        target: { id },
        details: { changes: { url: { from: shown, to: `${shown} (sealed)` } } },
      },
    ]);
    for (const part of parts) expect(JSON.stringify(await rowsOf())).not.toContain(part);
    expect(await sealReadableUrls(deps)).toBe(0);
    await testDestination(deps, system, id);
    expect(receiver.got.map(({ path }) => path)).toEqual([secretPath, secretPath]);
    expect(receiver.got[1]?.headers["x-chancery-signature"]).toBeDefined();
  });
  test("is sealed, too, when only its key is changed", async () => {
    const receiver = await httpReceiver();
    const id = await storeReadable(receiver.port);
    await updateDestination(deps, system, id, { secret: "another key of the receiver" });
    expect(await sealReadableUrls(deps)).toBe(0);
    await testDestination(deps, system, id);
    expect(receiver.got.map(({ path }) => path)).toEqual([secretPath]);
  });
});
