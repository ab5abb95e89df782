import { verifyCertificateDer } from "@/lib/client-auth/verify-certificate";
import { minuteMs } from "@/lib/format/time-units";
import { authorizeRequest } from "@/lib/policies/authorize-request";
import { isWorkingDay } from "./calendar";
import { addressOf, noAuthorities } from "./machines";
import type { Held, Player, Stage } from "./stage";
import { requestFrom } from "./staff";
import type { Habit } from "./story/cast";

/** A request to a service behind the proxy. */
export type Use = Readonly<{
  service: string;
  path: string;
  method?: string;
  /** The usual address of the member if absent. */
  ip?: string;
  /** The newest certificate that can authenticate if absent. */
  held?: Held;
}>;

/** The part of the requests that no rule allows. */
const mistakes = 0.008;

const isForClients = ({ slot }: Held): boolean => slot.profile !== "tls-server";

/** The certificate that a member uses: the newest that is for clients. */
export const clientCertificateOf = ({ held }: Player): Held | undefined =>
  held.findLast(isForClients);

/** Asks as the proxy does whether a member may send a request; the answer is recorded. */
export async function use(stage: Stage, player: Player, wanted: Use): Promise<void> {
  const held = wanted.held ?? clientCertificateOf(player);
  if (held === undefined) return;
  const { deps } = stage;
  const ip = wanted.ip ?? addressOf(stage, player);
  const proxy = stage.proxy();
  const reference = { id: proxy.id, label: proxy.label };
  const request = requestFrom(deps, ip, {
    userAgent: player.member.kind === "person" ? "Mozilla/5.0" : "http-client/2.8",
    via: [proxy.label, "mtls"],
    proxy: reference,
  });
  await authorizeRequest(deps, {
    service: wanted.service,
    proxy,
    certificate: await verifyCertificateDer(deps, noAuthorities, held.der, ip, reference),
    request: { method: wanted.method ?? "GET", path: wanted.path, host: null },
    preflight: false,
    actorRequest: request,
    backgroundDeps: deps,
  });
}

/** Plans what a member does in a day, by its habits. */
export function planDay(stage: Stage, player: Player, day: number): void {
  const { member } = player;
  const isPerson = member.kind === "person";
  if (isPerson && !isWorkingDay(stage.calendar.at(day, 12))) return;
  for (const habit of member.habits)
    for (let n = timesOf(stage, habit); n > 0; n -= 1)
      stage.schedule.add(timeOf(stage, day, isPerson), () =>
        use(stage, player, {
          service: habit.service,
          path: stage.chance.part() < mistakes ? "/admin/metrics" : stage.chance.pick(habit.paths),
          method: habit.service === "ledger" && stage.chance.part() < 0.4 ? "POST" : "GET",
        }),
      );
}

/** As often as usual on average, and rarely much more often. */
const timesOf = ({ chance }: Stage, { n }: Habit): number =>
  Math.floor(n * (0.6 + 0.8 * chance.part()) + chance.part());

function timeOf({ calendar, chance }: Stage, day: number, isPerson: boolean): number {
  const minutes = isPerson ? chance.between(8 * 60, 16 * 60) : chance.between(5, 24 * 60 - 20);
  return calendar.at(day, 0) + minutes * minuteMs + chance.between(0, 59_000);
}
