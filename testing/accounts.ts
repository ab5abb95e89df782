import type { Actor } from "@/lib/access/actor";
import type { AccountRole } from "@/lib/accounts/schema";
import { auditedTransaction } from "@/lib/log/record/audited-transaction";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, system } from "./actors";
import { makeId } from "./log/entries";

/** A user with an account that nobody can sign in to; acts as if signed in. */
export async function insertTestAccount(
  deps: Pick<Deps, "recorder">,
  role: AccountRole = "admin",
): Promise<Actor> {
  const id = makeId("usr");
  const email = `${id.slice(-8).toLowerCase()}@example.com`;
  const now = new Date();
  await auditedTransaction(deps.recorder, system, async (tx) => {
    await tx.account.create({
      data: {
        id,
        email,
        name: email,
        role,
        status: "active",
        passwordHash: "none",
        createdAt: now,
        changedAt: now,
      },
    });
    return {
      result: null,
      entries: [
        {
          action: "account.created",
          outcome: "success",
          target: { kind: "account", id, label: email },
          details: { email, role },
        },
      ],
    };
  });
  return adminActor({ id, label: email, role });
}
