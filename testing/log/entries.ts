import { randomBytes } from "node:crypto";
import { newId } from "@/lib/format/ids";
import type { NewEntry } from "@/lib/log/types";

export const makeId = (prefix: Parameters<typeof newId>[0]): string =>
  newId(prefix, new Date(), (n) => new Uint8Array(randomBytes(n)));

export const identityCreated = (id: string, label = "payments"): NewEntry => ({
  action: "identity.created",
  outcome: "success",
  target: { kind: "identity", id, label },
  details: { kind: "service", owner: "payments-team@example.com" },
});

export const readEntry = (path: string, target: NewEntry["target"] = null): NewEntry => ({
  action: "certificate.read",
  outcome: "success",
  target,
  details: { method: "GET", path },
});

export const identityRow = (id: string, name = id) => ({
  id,
  kind: "service",
  name,
  owner: "payments-team@example.com",
  status: "active",
  createdAt: new Date(),
  changedAt: new Date(),
});
