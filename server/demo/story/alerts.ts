import { acknowledgeAlert, assignAlert, resolveAlert } from "@/lib/alerts/answer-alert";
import { listAlerts } from "@/lib/alerts/list-alerts";
import type { AlertDto, Resolution, RuleName } from "@/lib/alerts/schema";
import { anonymousActorOf } from "@/lib/access/actor";
import { minuteMs } from "@/lib/format/time-units";
import type { Stage, StaffName } from "@/server/demo/stage";
import { requestFrom } from "@/server/demo/staff";

/** The unresolved alerts of a rule about a member, also about one of its certificates. */
async function unresolvedOf(stage: Stage, rule: RuleName, name: string): Promise<AlertDto[]> {
  await stage.watch();
  const { id } = stage.player(name);
  const reader = { ...anonymousActorOf(requestFrom(stage.deps, "127.0.0.1")), role: "system" };
  const { items } = await listAlerts(stage.deps, reader as Parameters<typeof listAlerts>[1], {
    status: "unresolved",
    rule,
  });
  return items.filter(({ identityId }) => identityId === id);
}

/** Somebody says that an alert is being handled, and takes it. */
export function planAcknowledgment(
  stage: Stage,
  at: number,
  by: StaffName,
  { rule, about, comment }: Readonly<{ rule: RuleName; about: string; comment: string }>,
): void {
  stage.schedule.add(at, async () => {
    for (const { id } of await unresolvedOf(stage, rule, about)) {
      const actor = await stage.staff(by);
      await acknowledgeAlert(stage.deps, actor, id, { comment });
      await assignAlert(stage.deps, actor, id, { to: actor.id });
    }
  });
}

/** Somebody resolves the alerts of a rule about a member, with what it turned out to be. */
export function planResolution(
  stage: Stage,
  at: number,
  by: StaffName,
  found: Readonly<{ rule: RuleName; about: string; resolution: Resolution; comment: string }>,
): void {
  stage.schedule.add(at, async () => {
    for (const { id } of await unresolvedOf(stage, found.rule, found.about))
      await resolveAlert(stage.deps, await stage.staff(by), id, {
        resolution: found.resolution,
        comment: found.comment,
      });
  });
}

/** The rules look right after something that they are about. */
export function planWatch(stage: Stage, at: number): void {
  stage.schedule.add(at + minuteMs / 2, stage.watch);
}
