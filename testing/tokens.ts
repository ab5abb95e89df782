import type { Actor } from "@/lib/access/actor";
import type { Role } from "@/lib/access/roles";
import { createIdentity } from "@/lib/identities/create-identity";
import { authenticateToken } from "@/lib/tokens/authenticate-token";
import { createToken } from "@/lib/tokens/create-token";
import { tokenInput, type TokenInput } from "@/lib/tokens/schema";
import { anonymousActor, system } from "./actors";
import type { Harness } from "./harness";

export type MadeToken = Readonly<{ id: string; secret: string; expiresAt: string | null }>;

/** Makes and uses API tokens as their makers and holders would. */
export type TokenFixture = Readonly<{
  inputOf: (role: Role, over?: Record<string, unknown>) => TokenInput;
  make: (actor: Actor, role?: Role, over?: Record<string, unknown>) => Promise<MadeToken>;
  /** The actor of a request with this token. */
  bearer: (token: MadeToken) => Promise<Actor>;
  /** Why the token does not count; null if it does. */
  reasonOf: (token: MadeToken) => Promise<string | null>;
}>;

/** Service tokens are for one identity, which this creates. */
export async function makeTokenFixture({ deps }: Harness): Promise<TokenFixture> {
  const service = { kind: "service", name: "payments", owner: "team@example.com" } as const;
  const identity = await createIdentity(deps, system, { ...service, note: "" });
  const inputOf: TokenFixture["inputOf"] = (role, over = {}) =>
    tokenInput.parse({
      name: `test ${role}`,
      role,
      ...(role === "service" ? { identityId: identity.result.id } : {}),
      ...over,
    });
  const authenticate = ({ secret }: MadeToken) => {
    const { address, requestId, correlationId } = anonymousActor();
    return authenticateToken(deps, secret, { address, requestId, correlationId });
  };
  return {
    inputOf,
    make: async (actor, role = "admin", over = {}) => {
      const { result } = await createToken(deps, actor, inputOf(role, over));
      return { id: result.id, secret: result.secret ?? "", expiresAt: result.expiresAt };
    },
    bearer: async (token) => {
      const { actor, reason } = await authenticate(token);
      if (actor === null) throw new Error(`the token does not count: ${reason}`);
      return actor;
    },
    reasonOf: async (token) => (await authenticate(token)).reason,
  };
}
