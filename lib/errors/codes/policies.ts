import type { ErrorDefinitions } from "@/lib/errors/types";

/** Access policies, forward auth and its proxies, reported events. */
export const policyCodes = {
  "policy.changed-meanwhile": {
    kind: "conflict",
    text: "The policy was changed in the meantime; read it again and repeat the change.",
  },
  "policy.exists": {
    kind: "conflict",
    text: "The service has a policy already; change that one.",
  },
  "policy.not-found": {
    kind: "not-found",
    text: "No policy has this ID.",
  },
  "policy.rules": {
    kind: "invalid",
    text: "The policy's rules can't be used; fix every finding listed in `errors`.",
  },
  "policy.test": {
    kind: "invalid",
    text: "The test request names an identity or certificate that doesn't exist; choose another one.",
  },
  "policy.unknown": {
    kind: "forbidden",
    text: "The service has no policy, or the proxy doesn't name a service; create the policy or fix the name in the proxy's configuration.",
  },
  "policy.retired": {
    kind: "forbidden",
    text: "The service's policy is retired, so nothing is allowed on it; activate it.",
  },
  "policy.unreadable": {
    kind: "unavailable",
    text: "The service's stored policy can't be read, so nothing is allowed on it; save it again.",
  },
  "policy.path": {
    kind: "forbidden",
    text: "The path isn't in normal form; request it without dot segments, empty segments, semicolons and needless escapes.",
  },
  "policy.method": {
    kind: "forbidden",
    text: "The method isn't a word in capital letters; fix the client.",
  },
  "policy.no-rule": {
    kind: "forbidden",
    text: "No rule of the policy matches the request, and what no rule allows is denied; add a rule if it should be allowed.",
  },
  "policy.denied": {
    kind: "forbidden",
    text: "A rule of the policy denies the request; the audit log names the rule.",
  },
  "authorize.late": {
    kind: "unavailable",
    text: "The request couldn't be decided and recorded in time, so it isn't allowed; retry in a moment.",
  },
  "authorize.unavailable": {
    kind: "unavailable",
    text: "An unexpected error prevented the decision, so the request isn't allowed; Chancery's server log has the details.",
  },
  "proxy.exists": {
    kind: "conflict",
    text: "The identity is trusted as a proxy already; change that entry.",
  },
  "proxy.identity-person": {
    kind: "invalid",
    text: "A person can't be a proxy; create an identity of kind service for it.",
  },
  "proxy.identity-unknown": {
    kind: "invalid",
    text: "The proxy's identity doesn't exist; create it first, and issue its certificate once it is trusted.",
  },
  "proxy.not-found": {
    kind: "not-found",
    text: "No trusted proxy has this ID.",
  },
  "proxy.removed": {
    kind: "conflict",
    text: "The proxy is no longer trusted; trust its identity again to change it.",
  },
  "proxy.scope": {
    kind: "forbidden",
    text: "The trusted proxy that passed the request on doesn't have the scope for it; an administrator changes its scopes in Settings → Proxies.",
  },
  "proxy.unclear": {
    kind: "forbidden",
    text: "The proxy's headers for the client's method and target are missing, repeated or unreadable; set them as the example for its kind shows.",
  },
  "proxy.unknown": {
    kind: "forbidden",
    text: "The caller isn't a trusted proxy; use the mTLS port with the certificate of an identity that is trusted in Settings → Proxies.",
  },
  "custody.query": {
    kind: "invalid",
    text: "The query for certificate usage isn't valid; fix the field that `errors` names.",
  },
  "event.certificate-required": {
    kind: "forbidden",
    text: "Events are accepted only with the service's own client certificate; use the mTLS port.",
  },
  "event.differs": {
    kind: "conflict",
    text: "Different events were stored before under these numbers; number each event once, and use a new boot value for each run.",
  },
  "event.invalid": {
    kind: "invalid",
    text: "An event of the batch isn't valid and nothing was stored; fix every finding listed in `errors`.",
  },
  "event.numbers": {
    kind: "invalid",
    text: "The events' numbers can't continue those received before; count 1, 2, 3 and so on within a run.",
  },
} as const satisfies ErrorDefinitions;
