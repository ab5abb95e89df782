import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import type { Deps } from "@/lib/runtime/deps";
import { findConfirmations, readExisting } from "./checklist-repository";
import { type Checklist, type ChecklistStep, confirmableSteps } from "./schema";

/** Where the key is that seals private keys; "unknown" where no supervisor says it. */
type KekPlace = "data" | "elsewhere" | "unknown";

/**
 * What is left to do after the setup, for administrators; null once everything is done or somebody
 * dismissed the list. A step is done when what it asks for exists, and only what nothing in Chancery
 * shows is done because an administrator said so.
 */
export async function getChecklist(
  deps: Pick<Deps, "db">,
  actor: Actor,
  kekPlace: KekPlace,
): Promise<Checklist | null> {
  authorize(actor, "accounts.write");
  const [existing, said] = await Promise.all([readExisting(deps.db), findConfirmations(deps.db)]);
  const counted = said.filter(({ outcome }) => outcome === "success");
  if (counted.some(({ action }) => action === "setup.checklist-dismissed")) return null;
  const confirmedBy = (step: string): string | null =>
    counted.find(({ details }) => details["step"] === step)?.actor.label ?? null;
  const exists = (name: ChecklistStep["name"], done: boolean): ChecklistStep => ({
    name,
    done,
    confirmable: false,
    confirmedBy: null,
  });
  const [trust, verifier, kek] = confirmableSteps.map((name): ChecklistStep => {
    const by = confirmedBy(name);
    return { name, done: by !== null, confirmable: true, confirmedBy: by };
  }) as [ChecklistStep, ChecklistStep, ChecklistStep];
  const steps = [
    trust,
    exists("first-certificate", existing.certificates),
    exists("alert-destination", existing.destinations),
    exists("second-administrator", existing.administrators > 1),
    verifier,
    kekPlace === "elsewhere" ? exists("move-kek", true) : kek,
  ];
  return steps.every(({ done }) => done) ? null : { steps, rootId: existing.rootId };
}
