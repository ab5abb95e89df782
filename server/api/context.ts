import type { Actor } from "@/lib/auth/actor";
import type { DoorContext } from "@/server/listeners/context";

/** What the door knows about a request and a client cannot say of itself: its socket, its listener, its certificate with the decision on it. */
export type RequestContext = DoorContext;

export type ApiEnv = { Bindings: RequestContext; Variables: { actor: Actor } };
