import { sha256Hex } from "@/lib/format/hash";
import { type Actor, anonymousActorOf, type ActorRequest } from "@/lib/access/actor";
import { acceptInvitation } from "@/lib/accounts/accept-invitation";
import { createAccount } from "@/lib/accounts/create-account";
import type { AccountRole } from "@/lib/accounts/schema";
import { signIn } from "@/lib/accounts/sign-in";
import { newId } from "@/lib/format/ids";
import { dayMs } from "@/lib/format/time-units";
import { credentialDigest } from "@/lib/log/credential-digest";
import { authenticateToken } from "@/lib/tokens/authenticate-token";
import { createToken } from "@/lib/tokens/create-token";
import type { DemoDeps, StaffName } from "./stage";

type Person = Readonly<{ email: string; name: string; role: AccountRole; ip: string }>;

/** Who can sign in to the demonstration. The first is made by the setup. */
export const people: Readonly<Record<StaffName, Person>> = {
  admin: {
    email: "admin@example.com",
    name: "First administrator",
    role: "admin",
    ip: "10.50.1.10",
  },
  second: {
    email: "second.admin@example.com",
    name: "Second administrator",
    role: "admin",
    ip: "10.50.1.14",
  },
  operator: {
    email: "operator@example.com",
    name: "Operator",
    role: "operator",
    ip: "10.50.1.21",
  },
  auditor: { email: "auditor@example.com", name: "Auditor", role: "auditor", ip: "10.50.2.30" },
};

const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/** Where a request comes from, as the gateway would say it. */
export function requestFrom(
  { clock, random }: Pick<DemoDeps, "clock" | "random">,
  ip: string,
  { userAgent = browser, via = ["https"] }: Partial<ActorRequest["address"]> = {},
): ActorRequest {
  const requestId = newId("req", clock.now(), random.bytes);
  const [high = 0, low = 0] = random.bytes(2);
  const port = 32_768 + (((high << 8) | low) % 28_000);
  return { address: { ip, port, userAgent, via }, requestId, correlationId: requestId };
}

/** Signs people in, once a working day each, and returns them as the pages would have them. */
export function makeStaff(deps: DemoDeps, password: string): (name: StaffName) => Promise<Actor> {
  const sessions = new Map<string, Readonly<{ id: string; account: string; day: number }>>();
  return async (name) => {
    const { email, role, ip } = people[name];
    const day = Math.floor(deps.clock.now().getTime() / dayMs);
    let session = sessions.get(name);
    if (session?.day !== day) {
      const { result } = await signIn(deps, anonymousActorOf(requestFrom(deps, ip)), {
        email,
        password,
      });
      session = { id: result.sessionId, account: result.account.id, day };
      sessions.set(name, session);
    }
    return {
      kind: "user",
      id: session.account,
      label: email,
      role,
      identityId: null,
      credential: null,
      assertedBy: null,
      secretDigest: credentialDigest(session.id),
      ...requestFrom(deps, ip),
    };
  };
}

/** Invites a person, who opens the link and chooses the password. */
export async function invite(
  deps: DemoDeps,
  admin: Actor,
  name: StaffName,
  password: string,
): Promise<void> {
  const { email, role, name: fullName, ip } = people[name];
  const { result } = await createAccount(deps, admin, { email, name: fullName, role });
  const token = (result.link ?? "").split("#")[1] ?? "";
  await acceptInvitation(deps, anonymousActorOf(requestFrom(deps, ip)), { token, password });
}

/** The automation's token, and what its requests are authenticated as. */
export async function makeAutomation(deps: DemoDeps, admin: Actor): Promise<() => Promise<Actor>> {
  const { result } = await createToken(deps, admin, {
    name: "terraform",
    role: "operator",
    identityId: null,
    expiresInDays: null,
  });
  const secret = result.secret ?? "";
  return async () => {
    const request = requestFrom(deps, "10.20.9.5", { userAgent: "terraform-provider/1.4" });
    const { actor, reason } = await authenticateToken(deps, secret, request);
    if (actor === null) throw new Error(`The automation's token doesn't count: ${reason}.`);
    return actor;
  };
}

/** A new one-time token, and the digest by which the signer knows it. */
export function makeSetupToken({ random }: Pick<DemoDeps, "random">): {
  token: string;
  sha256: string;
} {
  const token = Buffer.from(random.bytes(24)).toString("base64url");
  return { token, sha256: sha256Hex(token) };
}
