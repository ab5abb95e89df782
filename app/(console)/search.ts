"use server";

import type { PaletteEntry } from "@/components/layout/palette-types";
import { scopeOf } from "@/lib/auth/permissions";
import type { Actor } from "@/lib/auth/actor";
import { actorOfSession } from "@/lib/auth/session-actor";
import { listCertificates } from "@/lib/certificates/list-certificates";
import type { Deps } from "@/lib/deps";
import { shortHex } from "@/lib/format/identifier";
import { listIdentities } from "@/lib/identities/list-identities";
import { recordEntry } from "@/lib/log/record";
import { listPolicies } from "@/lib/policies/list-policies";
import { getDeps } from "@/lib/runtime";

const each = 6,
  wordsMax = 128;

/**
 * What the command palette finds for words: certificates, identities and policies, as far as the role may read them. It is a read, so it
 * is on the record first; nobody signed in finds nothing.
 */
export async function searchConsole(words: string): Promise<readonly PaletteEntry[]> {
  const actor = await actorOfSession();
  if (actor === null || typeof words !== "string") return [];
  const deps = getDeps(),
    q = words.trim().slice(0, wordsMax);
  if (q === "") return [];
  const found = await Promise.all([
    findCertificates(deps, actor, q),
    findIdentities(deps, actor, q),
    findPolicies(deps, actor, q),
  ]);
  return found.flat();
}

async function findCertificates(deps: Deps, actor: Actor, q: string): Promise<PaletteEntry[]> {
  if (scopeOf(actor.role, "certificates.read") === "none") return [];
  await recordEntry(deps, actor, {
    action: "certificate.read",
    outcome: "success",
    target: null,
    details: { method: "GET", path: addressOf("/certificates", q) },
  });
  const { items } = await listCertificates(deps, actor, { q, limit: each });
  return items.map(({ id, commonName, subject, serial, status }) => ({
    id,
    group: "Certificates",
    label: commonName || subject,
    hint: `${shortHex(serial)} · ${status}`,
    href: `/certificates/${id}`,
    place: "certificates",
  }));
}

async function findIdentities(deps: Deps, actor: Actor, q: string): Promise<PaletteEntry[]> {
  if (scopeOf(actor.role, "identities.read") === "none") return [];
  await recordEntry(deps, actor, {
    action: "identity.read",
    outcome: "success",
    target: null,
    details: { method: "GET", path: addressOf("/identities", q) },
  });
  const { items } = await listIdentities(deps, actor, { q, limit: each });
  return items.map(({ id, name, kind, owner }) => ({
    id,
    group: "Identities",
    label: name,
    hint: `${kind} · ${owner}`,
    href: `/identities/${id}`,
    place: "identities",
  }));
}

async function findPolicies(deps: Deps, actor: Actor, q: string): Promise<PaletteEntry[]> {
  if (scopeOf(actor.role, "policies.read") === "none") return [];
  await recordEntry(deps, actor, {
    action: "policy.read",
    outcome: "success",
    target: null,
    details: { method: "GET", path: addressOf("/policies", q) },
  });
  const { items } = await listPolicies(deps, actor),
    wanted = q.toLowerCase();
  return items
    .filter(({ name, service }) => name.toLowerCase().includes(wanted) || service.includes(wanted))
    .slice(0, each)
    .map(({ id, name, service }) => ({
      id,
      group: "Policies",
      label: name,
      hint: service,
      href: `/policies/${id}`,
      place: "policies",
    }));
}

const addressOf = (path: string, q: string) => `${path}?${new URLSearchParams({ q }).toString()}`;
