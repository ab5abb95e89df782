import { completeSetup } from "@/lib/setup/complete-setup";
import { anonymousActorOf } from "@/lib/access/actor";
import { createPolicy } from "@/lib/policies/create-policy";
import { updatePolicy } from "@/lib/policies/update-policy";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { enroll, register } from "@/server/demo/machines";
import type { Stage } from "@/server/demo/stage";
import { invite, people, requestFrom } from "@/server/demo/staff";
import { planDay } from "@/server/demo/traffic";
import { historyDays } from "@/server/demo/calendar";
import { cast, type Member, memberOf, proxyName } from "./cast";
import { makePolicies } from "./policies";

/** The organization of the demonstration; its CA certificates say that they are no real ones. */
const organization = "Example Freight (Demo)";

/** The setup of the first day, by its one-time link. */
export async function setUp({ deps }: Stage, password: string, token: string): Promise<void> {
  const { admin } = people;
  const actor = anonymousActorOf(requestFrom(deps, admin.ip));
  const request = { organization, adminEmail: admin.email, adminName: admin.name };
  await completeSetup(deps, actor, { ...request, adminPassword: password }, token);
}

/** Accounts, the proxy, everybody who is there from the beginning, and the policies. */
export function planBeginning(stage: Stage, password: string): void {
  const { schedule, calendar, deps } = stage;
  for (const [n, name] of (["operator", "auditor", "second"] as const).entries())
    schedule.add(calendar.at(0, 8, 20 + 10 * n), async () =>
      invite(deps, await stage.staff("admin"), name, password),
    );
  schedule.add(calendar.at(0, 9), () => beginProxy(stage));
  for (const [n, member] of cast.entries())
    if (member.name !== proxyName)
      schedule.add(timeToJoin(stage, member, n), () => join(stage, member));
  schedule.add(calendar.at(0, 16), () => writePolicies(stage));
  schedule.add(calendar.at(31, 16), () => admitNewcomer(stage));
}

/** Those of the first day one after the other; others in the morning of their own day. */
const timeToJoin = ({ calendar }: Stage, { joins }: Member, n: number): number =>
  joins === 0 ? calendar.at(0, 9, 10 + n * 6) : calendar.at(joins, 9 + (n % 4), (n * 7) % 60);

async function beginProxy(stage: Stage): Promise<void> {
  const admin = await stage.staff("admin");
  const player = await register(stage, admin, memberOf(proxyName));
  const { result } = await trustProxy(stage.deps, admin, {
    identity: player.id,
    kind: "nginx",
    hops: 1,
    scopes: ["forward-auth"],
    note: "",
  });
  const { id, kind, hops, scopes } = result;
  stage.setProxy({ id, label: proxyName, kind, hops, scopes });
  for (const slot of player.member.slots) await enroll(stage, admin, player, slot);
}

async function join(stage: Stage, member: Member): Promise<void> {
  const registrar = await stage.staff(member.joins > 10 ? "operator" : "admin");
  const player = await register(stage, registrar, member);
  for (const slot of member.slots)
    await enroll(
      stage,
      slot.renewedBy === "automation" ? await stage.automation() : registrar,
      player,
      slot,
    );
  const first = Math.max(1, member.joins + 1);
  const last = member.leaves ?? historyDays;
  for (let day = first; day <= last; day += 1) planDay(stage, player, day);
}

/** The policies as far as the identities that they name exist. */
const policiesOf = ({ players }: Stage) =>
  makePolicies((...names) => names.flatMap((name) => players.get(name)?.id ?? []));

async function writePolicies(stage: Stage): Promise<void> {
  const admin = await stage.staff("admin");
  for (const policy of policiesOf(stage)) await createPolicy(stage.deps, admin, policy);
}

/** The fraud check came later than the policy of the service that it calls. */
async function admitNewcomer(stage: Stage): Promise<void> {
  const changed = policiesOf(stage).find(({ service }) => service === "payments-api");
  if (changed === undefined) return;
  const { service, rules } = changed;
  await updatePolicy(stage.deps, await stage.staff("second"), service, { rules });
}
