import type { NewEntry } from "@/lib/log/types";

/** What the gateway records of requests to other services and to Chancery itself. */
export const allowed = (service = "billing", path = "/invoices"): NewEntry => ({
  action: "request.authorized",
  outcome: "success",
  target: { kind: "policy", id: `pol_${service}`, label: service },
  details: { service, method: "GET", path, proxy: "prx_edge", rule: "all", policyVersion: 1 },
});

export const denied = (
  code: string,
  service = "billing",
  status = code.startsWith("policy.") ? 403 : 401,
): NewEntry => ({
  action: "request.denied",
  outcome: "denied",
  reason: code,
  target: { kind: "policy", id: `pol_${service}`, label: service },
  details: {
    service,
    method: "GET",
    path: "/invoices",
    proxy: "prx_edge",
    code,
    status,
    rule: null,
    policyVersion: 1,
  },
});

export const refused = (code: string, status = 401): NewEntry => ({
  action: "request.refused",
  outcome: "denied",
  reason: code,
  target: null,
  details: { method: "GET", path: "/api/v1/certificates", code, status },
});

export const read = (): NewEntry => ({
  action: "certificate.read",
  outcome: "success",
  target: null,
  details: { method: "GET", path: "/api/v1/certificates" },
});
