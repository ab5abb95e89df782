import { minuteMs } from "@/lib/format/time-units";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { enroll, revokeNewest } from "@/server/demo/machines";
import type { Held, Stage } from "@/server/demo/stage";
import { clientCertificateOf, use, type Use } from "@/server/demo/traffic";
import { planAcknowledgment, planResolution, planWatch } from "./alerts";

/** A member uses a service several times, some minutes apart; the rules look afterwards. */
export function planUses(
  stage: Stage,
  name: string,
  { at, count, everyMs }: Readonly<{ at: number; count: number; everyMs: number }>,
  wanted: Use & Readonly<{ heldOf?: () => Held | undefined }>,
): void {
  for (let n = 0; n < count; n += 1)
    stage.schedule.add(at + n * everyMs, () => {
      const { heldOf, ...rest } = wanted;
      const held = heldOf?.();
      return use(stage, stage.player(name), { ...rest, ...(held === undefined ? {} : { held }) });
    });
  planWatch(stage, at + (count - 1) * everyMs);
}

/** A notebook is stolen, and its certificate is used although it was revoked. */
function stolenNotebook(stage: Stage): void {
  const { calendar, schedule } = stage;
  const about = "Payments analyst";
  let stolen: Held | undefined;
  const reported = calendar.atWork(20, 16, 5);
  schedule.add(reported, async () => {
    stolen = await revokeNewest(stage, await stage.staff("operator"), stage.player(about), {
      reason: "keyCompromise",
      comment: "Notebook stolen on the train. Ticket SEC-231.",
      invalidityDate: new Date(reported - 95 * minuteMs).toISOString(),
    });
  });
  schedule.add(reported + 70 * minuteMs, async () => {
    const player = stage.player(about);
    const [slot] = player.member.slots;
    if (slot) await enroll(stage, await stage.staff("operator"), player, slot);
  });
  const night = reported + 10.6 * 60 * minuteMs;
  planUses(
    stage,
    about,
    { at: night, count: 4, everyMs: 3 * minuteMs },
    { service: "reports", path: "/weekly", ip: "203.0.113.77", heldOf: () => stolen },
  );
  const rule = "revoked-used";
  planAcknowledgment(stage, night + 5.6 * 60 * minuteMs, "operator", {
    rule,
    about,
    comment: "The stolen notebook. Denied each time; informing the police.",
  });
  planResolution(stage, night + 31 * 60 * minuteMs, "second", {
    rule,
    about,
    resolution: "malicious",
    comment: "Notebook stolen, key revoked before the first attempt. Nothing was reached.",
  });
}

/** A service asks for a path that its policy doesn't allow, again and again. */
function wrongPath(stage: Stage): void {
  const at = stage.calendar.atWork(38, 10, 12);
  planUses(
    stage,
    "carrier-link",
    { at, count: 14, everyMs: 12_000 },
    { service: "orders", path: "/v2/shipments", method: "POST" },
  );
  planResolution(stage, at + 50 * minuteMs, "operator", {
    rule: "refusal-burst",
    about: "carrier-link",
    resolution: "known-change",
    comment: "Release 4.2 called /v2, which doesn't exist yet. Rolled back.",
  });
}

/** Nobody renewed a certificate, and its service went on with it. */
function forgottenRenewal(stage: Stage): void {
  const { calendar, schedule } = stage;
  const about = "mail-relay";
  const expired = calendar.at(19 + 30, 9) + 40 * minuteMs;
  planUses(
    stage,
    about,
    { at: expired + 85 * minuteMs, count: 6, everyMs: 4 * minuteMs },
    { service: "wiki", path: "/api/notifications" },
  );
  const repaired = expired + 3.5 * 60 * minuteMs;
  schedule.add(repaired, async () => {
    const player = stage.player(about);
    const slot = clientCertificateOf(player)?.slot;
    // From now on it renews by itself.
    if (slot)
      await enroll(stage, await stage.staff("operator"), player, { ...slot, renewedBy: "itself" });
  });
  planResolution(stage, repaired + 12 * minuteMs, "operator", {
    rule: "expired-used",
    about,
    resolution: "fixed",
    comment: "Renewal was never set up on this host. Now it is.",
  });
}

/** A contract ends, and the contractor's browser still tries. */
function endedContract(stage: Stage): void {
  const { calendar, schedule } = stage;
  const about = "Web contractor";
  const ended = calendar.atWork(66, 16, 30);
  schedule.add(ended, async () => {
    const operator = await stage.staff("operator");
    const comment = "Contract ended.";
    await suspendIdentity(stage.deps, operator, stage.player(about).id, { comment });
  });
  const next = calendar.nextAtWork(ended, 9, 14);
  planUses(
    stage,
    about,
    { at: next, count: 2, everyMs: 6 * minuteMs },
    { service: "wiki", path: "/search" },
  );
  planResolution(stage, next + 90 * minuteMs, "operator", {
    rule: "suspended-identity",
    about,
    resolution: "expected",
    comment: "An open tab on a notebook that was to be returned. It is back now.",
  });
}

/** What happened, and is over: each plans its events in the order in which they happen. */
export const pastIncidents = [stolenNotebook, wrongPath, forgottenRenewal, endedContract];
