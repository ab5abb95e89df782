import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { anchorNewestCheckpoint } from "@/lib/log/anchor/anchor-checkpoint";
import { getAnchor } from "@/lib/log/anchor/read-anchors";
import { authorityName, requestTimestamp } from "@/lib/log/anchor/timestamp-client";
import { verifyLog } from "@/lib/log/live/verify-log";
import { utf8 } from "@/lib/log/pure/bytes";
import { parseNote } from "@/lib/log/pure/note";
import { operatorActor } from "@/testing/actors";
import { type Harness, openHarness } from "@/testing/harness";
import { withoutTriggers } from "@/testing/log/as-superuser";
import { openPublishedLog, type PublishedTestLog } from "@/testing/log/published-log";
import { isOpensslMissing } from "@/testing/pki/openssl-folder";
import {
  makeTimestampAuthority,
  type TestTimestampAuthority,
} from "@/testing/pki/timestamp-authority";

// Real stamps of openssl's authority, which the verification trusts.
const auditor = operatorActor({ role: "auditor" });
let database: Harness;
let log: PublishedTestLog;
let authority: TestTimestampAuthority;
let size = 10;
let tsa: Awaited<ReturnType<TestTimestampAuthority["serve"]>>;
const trust = () => ({ url: tsa.url, roots: [authority.rootDer], timeoutMs: 30_000 });

describe.skipIf(isOpensslMissing)(
  "with the guards off and put back, a verification names a stamp",
  () => {
    beforeAll(async () => {
      database = await openHarness({ sequencer: false });
      authority = makeTimestampAuthority();
      log = await openPublishedLog(database);
    });
    afterAll(async () => {
      authority?.remove();
      await log?.close();
      await database?.close();
    });
    afterEach(() => tsa.close());

    /** A stamp of a new checkpoint, by an authority under a new address. */
    async function stamped(): Promise<string> {
      tsa = await authority.serve();
      size += 10;
      await log.fill(size);
      await log.publish(size);
      await anchorNewestCheckpoint(database.deps, trust());
      return authorityName(tsa.url);
    }
    const ofIt = (name: string): string => `authority = '${name}' and size = ${size}`;
    const guardsOff = (...statements: readonly string[]): Promise<void> =>
      withoutTriggers(database.urls.superUrl, ["tlog.anchor"], statements);
    /** What the check says of this authority's stamps. */
    async function found(name: string): Promise<string> {
      const timestamps = { authority: name, roots: [authority.rootDer] };
      const deps = { ...database.deps, signer: { rememberedAll: () => Promise.resolve([]) } };
      const { checks, untrustedStamps } = await verifyLog(deps, { timestamps });
      expect(untrustedStamps).not.toContain(name);
      const problems = checks.find((check) => check.name === "anchors")?.problems ?? [];
      return problems.filter((line) => line.includes(name)).join("\n");
    }

    test("that was replaced by a later one of the same authority over the same checkpoint", async () => {
      const name = await stamped();
      expect(await found(name)).toBe("");
      const { note } = await getAnchor(database.deps, auditor, { size, authority: name });
      const text = utf8(parseNote(note).text);
      const { token, stamp } = await requestTimestamp(trust(), text, database.deps.random);
      const hex = Buffer.from(token).toString("hex");
      await guardsOff(
        `update tlog.anchor set token = '\\x${hex}', stamped_at = '${stamp.stampedAt.toISOString()}' where ${ofIt(name)}`,
      );
      expect(await found(name)).toMatch(/it is not the one that its entry has the hash of\./);
    });

    test.each([
      ["that was deleted", "delete from tlog.anchor where", /is in the log but not in the table\./],
      [
        "whose time was moved",
        "update tlog.anchor set stamped_at = stamped_at - interval '1 day' where",
        /its time is .* in the table, but .* according to the log/,
      ],
      [
        "that was put on another checkpoint",
        "update tlog.anchor set size = size - 10 where",
        /no entry states it/,
      ],
      [
        "that was cut off",
        "update tlog.anchor set token = substr(token, 1, length(token) - 1) where",
        /it is not the one that its entry has the hash of/,
      ],
    ])("%s", async (_what, sql, finding) => {
      const name = await stamped();
      await guardsOff(`${sql} ${ofIt(name)}`);
      expect(await found(name)).toMatch(finding);
    });
  },
);
