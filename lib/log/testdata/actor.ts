import type { Actor } from "@/lib/auth/actor";

/** An operator at a browser; `over` changes what a test is about. */
export function testActor(over: Partial<Actor> = {}): Actor {
  return {
    kind: "user",
    id: "usr_01test",
    label: "operator@example.com",
    role: "operator",
    identityId: null,
    credential: null,
    origin: { ip: "192.0.2.7", port: 50123, userAgent: "curl/8.1", via: ["https"] },
    requestId: "req_01test",
    correlationId: "req_01test",
    ...over,
  };
}
