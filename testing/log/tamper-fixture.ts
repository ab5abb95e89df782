import { setTimeout as pause } from "node:timers/promises";
import { createFirstAccount } from "@/lib/accounts/create-first-account";
import { signIn } from "@/lib/accounts/sign-in";
import { openAlert } from "@/lib/alerts/open-alert";
import { updateRule } from "@/lib/alerts/update-rule";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { verifyLog } from "@/lib/log/live/verify-log";
import { startLogPipeline } from "@/lib/log/publish/pipeline";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import { makeHeartbeat } from "@/lib/log/record/heartbeat";
import type { Deps } from "@/lib/runtime/deps";
import { createToken } from "@/lib/tokens/create-token";
import { adminActor, anonymousActor, system } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";

/** A published log with rows of many kinds, for tests that change them as a superuser can. */
export type TamperLog = Readonly<{
  harness: Harness;
  ids: Readonly<Record<"certificate" | "token" | "account" | "alert" | "session", string>>;
  /** Of the token. */
  secret: string;
  /** Waits until everything that was committed is numbered, published and indexed. */
  publish: () => Promise<void>;
  /** Runs statements as superuser with every trigger and foreign key off, and puts them back. */
  withoutGuards: (...statements: readonly string[]) => Promise<void>;
  /** What the verification finds, each with the name of its check. */
  problems: () => Promise<string[]>;
}>;

const admin = adminActor();
const password = "correct horse battery staple";

export async function openTamperLog(): Promise<TamperLog> {
  const harness = await createTestCa({ sequencer: false, connections: 20 });
  const { deps } = harness;
  const identity = await createTestIdentity(deps);
  const csr = await makeCsr();
  const certificate = (
    await issueCertificate(deps, admin, { profile: "tls-server", identity, csr })
  ).result.id;
  const { result: token } = await createToken(deps, system, {
    name: "ci",
    role: "auditor",
    identityId: null,
    expiresInDays: 30,
  });
  const email = "first@example.com";
  const account = (
    await createFirstAccount(deps, system, { email, name: "First", role: "admin", password })
  ).result.id;
  const session = (await signIn(deps, anonymousActor(), { email, password })).result.sessionId;
  await updateRule(deps, admin, "revoked-used", { severity: "high", comment: "" });
  const alert = await openTestAlert(deps, certificate);
  await makeHeartbeat(deps.recorder).sendLast();
  const publish = () => publishAll(harness);
  await publish();
  return {
    harness,
    ids: { certificate, token: token.id, account, alert, session },
    secret: token.secret ?? "",
    publish,
    withoutGuards: (...statements) => withoutGuards(harness, statements),
    problems: async () => {
      const { checks } = await verifyLog(deps);
      return checks.flatMap(({ name, problems }) => problems.map((text) => `${name}: ${text}`));
    },
  };
}

async function openTestAlert(deps: Deps, certificate: string): Promise<string> {
  const now = deps.clock.now().getTime();
  const { result } = await auditedTransaction(deps.recorder, system, async (tx) => {
    const entry = await openAlert(deps, tx, {
      rule: "revoked-used",
      severity: "critical",
      subject: { kind: "certificate", id: certificate, label: "pay.example.com" },
      identityId: null,
      summary: "A revoked certificate was used.",
      surprise: "once",
      baseline: "never",
      count: 1,
      firstSeq: 1,
      lastSeq: 1,
      firstAt: now,
      lastAt: now,
      seqs: [1],
    });
    return { result: entry.target?.id ?? "", entries: [entry] };
  });
  return result;
}

async function publishAll(harness: Harness): Promise<void> {
  const pipeline = startLogPipeline(harness.deps, { onError: () => undefined });
  try {
    for (let done = false; !done; await pause(20)) {
      const [row] = await harness.asSuper(
        "select h.size > 0 and i.upto = h.size and not exists (select from tlog.inbox) and exists (select from tlog.checkpoint c where c.size = h.size and c.published_at is not null) as done from tlog.head h, tlog.indexed i",
      );
      done = row?.["done"] === true;
    }
  } finally {
    await pipeline.stop();
  }
}

async function withoutGuards(harness: Harness, statements: readonly string[]): Promise<void> {
  const triggers = (await harness.asSuper(
    "select tgrelid::regclass::text as place, tgname as name, tgenabled::text as enabled, tgisinternal as internal from pg_trigger where tgparentid = 0",
  )) as { place: string; name: string; enabled: string; internal: boolean }[];
  const places = [...new Set(triggers.map(({ place }) => place))];
  for (const place of places) await harness.asSuper(`alter table ${place} disable trigger all`);
  try {
    for (const sql of statements) await harness.asSuper(sql);
  } finally {
    for (const place of places) await harness.asSuper(`alter table ${place} enable trigger all`);
    for (const { place, name, enabled, internal } of triggers)
      if (!internal && enabled === "A")
        await harness.asSuper(`alter table ${place} enable always trigger ${name}`);
  }
}
