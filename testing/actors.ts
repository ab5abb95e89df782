import { systemActor, type Actor, type AssertedActor } from "@/lib/access/actor";

/** A person with the role administrator, at a browser; `over` changes what a test is about. */
export const adminActor = (over: Partial<Actor> = {}): Actor =>
  operatorActor({ role: "admin", ...over });

/** A person with the role operator, at a browser; `over` changes what a test is about. */
export function operatorActor(over: Partial<Actor> = {}): Actor {
  return {
    kind: "user",
    id: "usr_01test",
    label: "operator@example.com",
    role: "operator",
    identityId: null,
    credential: null,
    assertedBy: null,
    address: { ip: "192.0.2.7", port: 50123, userAgent: "curl/8.1", via: ["https"] },
    requestId: "req_01test",
    correlationId: "req_01test",
    ...over,
  };
}

/** A job of Chancery itself. */
export const system: Actor = systemActor("test", "req_test");

/** A caller that has not authenticated, at an address. */
export const anonymousActor = (ip = "192.0.2.7"): Actor =>
  operatorActor({
    kind: "anonymous",
    id: null,
    label: "anonymous",
    role: null,
    address: { ip, port: 50123, userAgent: "curl/8.1", via: ["https"] },
    requestId: "req_anonymous",
    correlationId: "req_anonymous",
  });

/** A service whose certificate a trusted proxy passed on. */
export const assertedActor = (over: Partial<AssertedActor> = {}): AssertedActor => ({
  kind: "certificate",
  id: "crt_01test",
  label: "payments",
  role: "service",
  identityId: "idn_01test",
  credential: { certificateId: "crt_01test", serial: "0a", fingerprintSha256: "ab" },
  assertedBy: { id: "prx_01test", label: "edge" },
  address: { ip: "192.0.2.7", port: null, userAgent: "curl/8.1", via: ["edge", "mtls"] },
  requestId: "req_asserted",
  correlationId: "req_asserted",
  ...over,
});
