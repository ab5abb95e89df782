import type { Actor } from "@/lib/access/actor";
import { createAccount } from "@/lib/accounts/create-account";
import type { AccountRole } from "@/lib/accounts/schema";
import { previewBulkAct } from "@/lib/bulk/preview-bulk-act";
import { readBulkReport } from "@/lib/bulk/read-bulk-acts";
import { runBulkActs } from "@/lib/bulk/run-bulk-acts";
import {
  bulkInput,
  type BulkInput,
  type BulkLine,
  type BulkPreview,
  startBulkInput,
} from "@/lib/bulk/schema";
import { startBulkAct } from "@/lib/bulk/start-bulk-act";
import { getCertificate } from "@/lib/certificates/get-certificate";
import { isAppError } from "@/lib/errors/app-error";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import type { Deps } from "@/lib/runtime/deps";
import { operatorActor, system } from "@/testing/actors";
import { createTestCa, createTestIdentity } from "@/testing/ca/create-test-ca";
import { makeCsr } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";

export type BulkFixture = Readonly<{
  harness: Harness;
  deps: Deps;
  /** An administrator with an account. */
  admin: Actor;
  identity: string;
  /** IDs of new certificates, in order. */
  issue: (count: number, owner?: string) => Promise<string[]>;
  /** A new account with this role. */
  user: (role: AccountRole) => Promise<Actor>;
  preview: (input: Partial<BulkInput>, who?: Actor) => Promise<BulkPreview>;
  /** A dry run, and the start of what it showed; the ID. Revokes as superseded by default. */
  start: (input: Partial<BulkInput>, who?: Actor) => Promise<string>;
  turn: (signal?: AbortSignal, deps?: Deps) => Promise<number>;
  /** Turns until nothing is left. */
  finish: () => Promise<void>;
  statusOf: (id: string) => Promise<string>;
  report: (id: string) => Promise<BulkLine[]>;
  actionsOf: (id: string) => Promise<string[]>;
  /** Errors that were bugs. */
  bugs: unknown[];
}>;

export const revoking = { act: "revoke", reason: "superseded" } as const;

export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );

/** A CA with an administrator, and what a test of bulk actions calls. */
export async function openBulkFixture(): Promise<BulkFixture> {
  const harness = await createTestCa();
  const { deps } = harness;
  const identity = await createTestIdentity(deps);
  const admin = await createUser(deps, "admin");
  const bugs: unknown[] = [];
  const preview: BulkFixture["preview"] = (input, who = admin) =>
    previewBulkAct(deps, who, bulkInput.parse({ ...revoking, ...input }));
  const turn: BulkFixture["turn"] = (signal = new AbortController().signal, own = deps) =>
    runBulkActs(own, { signal, onBug: (error) => bugs.push(error) });
  return {
    harness,
    deps,
    admin,
    identity,
    bugs,
    preview,
    turn,
    user: (role) => createUser(deps, role),
    issue: async (count, owner = identity) => {
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) {
        const input = { profile: "tls-server", identity: owner, csr: await makeCsr() };
        ids.push((await issueCertificate(deps, admin, input)).result.id);
      }
      return ids.toSorted();
    },
    start: async (input, who = admin) => {
      const { count, sha256 } = await preview(input, who);
      const full = startBulkInput.parse({ ...revoking, ...input, expect: { count, sha256 } });
      return (await startBulkAct(deps, who, full)).result.id;
    },
    finish: async () => {
      for (let tried = 1; tried > 0;) tried = await turn();
    },
    statusOf: async (id) => (await getCertificate(deps, admin, id)).status,
    report: async (id) => {
      const lines = [];
      for await (const batch of readBulkReport(deps, admin, id)) lines.push(...batch);
      return lines;
    },
    actionsOf: async (id) => (await harness.entriesOf(id)).map(({ action }) => action),
  };
}

async function createUser(deps: Deps, role: AccountRole): Promise<Actor> {
  const email = `${role}-${crypto.randomUUID()}@example.com`;
  const { id } = (await createAccount(deps, system, { email, name: role, role })).result;
  return operatorActor({ id, label: email, role });
}
