import { webcrypto } from "node:crypto";
import type { Actor } from "@/lib/access/actor";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import type { CertificateDto, RevokeInput } from "@/lib/certificates/schema";
import { actorOfPeer } from "@/lib/client-auth/certificate-actor";
import { verifyCertificateDer } from "@/lib/client-auth/verify-certificate";
import { dayMs, hourMs, minuteMs } from "@/lib/format/time-units";
import { createIdentity } from "@/lib/identities/create-identity";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import { makeCsr } from "@/lib/keys/make-csr";
import { makeKey } from "@/lib/keys/make-key";
import { derOf } from "@/lib/pki/pem";
import { isWorkingDay } from "./calendar";
import type { Held, Player, Stage } from "./stage";
import { requestFrom } from "./staff";
import type { Member, Slot } from "./story/cast";

const { subtle } = webcrypto as unknown as Pick<Crypto, "subtle">;

/** Every certificate of the story is in the database, so no issuer is looked up. */
export const noAuthorities = () => [];

/** Registers a member of the cast as an identity. */
export async function register(stage: Stage, actor: Actor, member: Member): Promise<Player> {
  const { name, kind, owner, note, networks, names } = member;
  const input = { name, kind, owner, note, networks: [...networks], names: [...names] };
  const { result } = await createIdentity(stage.deps, actor, input);
  const player: Player = { id: result.id, member, held: [] };
  stage.players.set(name, player);
  return player;
}

const sansOf = ({ names, kind }: Member, slot: Slot): Held["sans"] =>
  slot.profile === "tls-client-service"
    ? []
    : names.flatMap(({ type, value }) =>
        (kind === "person" ? type === "email" : type === "dns")
          ? [{ type: type as "dns" | "email", value }]
          : [],
      );

/** A request with a new key, as the holder makes it. */
async function requestFor({ member }: Player, slot: Slot): Promise<string> {
  const sans = sansOf(member, slot);
  const isServer = slot.profile === "tls-server" || slot.profile === "short-lived";
  const commonName = isServer ? (sans[0]?.value ?? member.name) : member.name;
  return makeCsr(subtle, await makeKey(subtle, slot.key), { commonName, sans });
}

/** Issues a first certificate for one of a member's slots, and plans its renewal. */
export async function enroll(
  stage: Stage,
  actor: Actor,
  player: Player,
  slot: Slot,
): Promise<Held> {
  const { result } = await issueCertificate(stage.deps, actor, {
    profile: slot.profile,
    identity: player.id,
    csr: await requestFor(player, slot),
    validitySeconds: (slot.days * dayMs) / 1000,
  });
  return keep(stage, player, slot, result);
}

/** Renews a certificate with a new key, and plans the next renewal. */
async function renew(
  stage: Stage,
  actor: Actor,
  player: Player,
  { id, slot }: Held,
): Promise<Held> {
  const { result } = await rotateCertificate(stage.deps, actor, id, {
    csr: await requestFor(player, slot),
    validitySeconds: (slot.days * dayMs) / 1000,
    overlapSeconds: Math.round((slot.days * dayMs) / 5_000),
  });
  return keep(stage, player, slot, result);
}

function keep(stage: Stage, player: Player, slot: Slot, dto: CertificateDto): Held {
  const held: Held = {
    id: dto.id,
    der: derOf(dto.pem ?? "", "CERTIFICATE"),
    slot,
    sans: sansOf(player.member, slot),
    notAfter: Date.parse(dto.notAfter),
  };
  player.held.push(held);
  planRenewal(stage, player, held);
  return held;
}

/** After two thirds of the lifetime; people do it in working hours. */
function planRenewal(stage: Stage, player: Player, held: Held): void {
  const { slot, notAfter } = held;
  if (slot.renewedBy === "nobody") return;
  const left = (slot.days * dayMs) / 3;
  let at = notAfter - left + stage.chance.between(-90, 90) * minuteMs * Math.min(1, slot.days);
  if (slot.renewedBy === "staff") {
    at = Math.floor(at / dayMs) * dayMs + stage.chance.between(9, 15) * hourMs;
    while (!isWorkingDay(at)) at += dayMs;
  }
  stage.schedule.add(at, async () => {
    if (player.held.at(-1) !== held && !player.held.includes(held)) return;
    await renew(stage, await renewerOf(stage, player, held), player, held);
  });
}

async function renewerOf(stage: Stage, player: Player, held: Held): Promise<Actor> {
  const { renewedBy } = held.slot;
  if (renewedBy === "itself") return actorOf(stage, player, held);
  return renewedBy === "automation" ? stage.automation() : stage.staff("admin");
}

/** The member itself, by a certificate that it shows in a handshake with Chancery. */
async function actorOf(stage: Stage, player: Player, held: Held): Promise<Actor> {
  const ip = addressOf(stage, player);
  const decision = await verifyCertificateDer(stage.deps, noAuthorities, held.der, ip);
  if (!decision.accepted) throw new Error(`${player.member.name}: ${decision.code}`);
  const { peer } = decision;
  if (peer.assertedBy !== null) throw new Error("A handshake proves the certificate.");
  return actorOfPeer(
    { ...peer, assertedBy: null },
    requestFrom(stage.deps, ip, { userAgent: "chancery-client/1.2", via: ["mtls"] }),
  );
}

/** One of the addresses that a member is used from; mostly in its first network. */
export function addressOf({ chance }: Stage, { id, member }: Player): string {
  const { homes } = member;
  const home = chance.part() < 0.8 ? homes[0] : chance.pick(homes);
  const host = 10 + (Buffer.from(id).reduce((sum, octet) => sum + octet, 0) % 200);
  return `${home}.${host}`;
}

/** Revokes or holds the newest certificate of a member. */
export async function revokeNewest(
  stage: Stage,
  actor: Actor,
  player: Player,
  input: RevokeInput,
): Promise<Held> {
  const held = player.held.at(-1);
  if (held === undefined) throw new Error(`${player.member.name} has no certificate.`);
  await revokeCertificate(stage.deps, actor, held.id, input);
  return held;
}
