"use server";

import { certificateName } from "@/components/certificates/certificate-name";
import { kindLabels } from "@/components/identities/identity-kinds";
import type { PaletteEntry } from "@/components/layout/palette-types";
import { scopeOf } from "@/lib/access/permissions";
import type { Actor } from "@/lib/access/actor";
import { activeActorOfSession } from "@/lib/auth/session-actor";
import { listCertificates } from "@/lib/certificates/list-certificates";
import type { Deps } from "@/lib/runtime/deps";
import { isAppError } from "@/lib/errors/app-error";
import { certificateState } from "@/lib/format/certificate-state";
import { shortHex } from "@/lib/format/identifier";
import { stateLabels } from "@/lib/format/state";
import { listIdentities } from "@/lib/identities/read-identities";
import { recordEntry } from "@/lib/log/record/record-entry";
import { listPolicies } from "@/lib/policies/read-policies";
import { getDeps } from "@/lib/runtime/get-deps";

const itemsPerGroup = 6;
const queryLengthMax = 128;

/**
 * The search of the command palette: certificates, identities and policies that the role may read.
 * Each read is recorded before its results are returned. Without a session there are no results.
 */
export async function searchConsole(query: string): Promise<readonly PaletteEntry[]> {
  const actor = await activeActorOfSession();
  if (actor === null || typeof query !== "string") return [];
  const deps = getDeps();
  const q = query.trim().slice(0, queryLengthMax);
  if (q === "") return [];
  const groups = await Promise.all([
    findCertificates(deps, actor, q),
    findHolders(deps, actor, q),
    findIdentities(deps, actor, q),
    findPolicies(deps, actor, q),
  ]);
  return groups.flat();
}

async function findCertificates(deps: Deps, actor: Actor, q: string): Promise<PaletteEntry[]> {
  if (scopeOf(actor.role, "certificates.read") === "none") return [];
  await recordEntry(deps.recorder, actor, {
    action: "certificate.read",
    outcome: "success",
    target: null,
    details: { method: "GET", path: pathWithQuery("/certificates", q) },
  });
  const { items } = await listCertificates(deps, actor, { q, limit: itemsPerGroup });
  return items.map((item): PaletteEntry => ({
    id: item.id,
    group: "Certificates",
    label: certificateName(item),
    hint: `${shortHex(item.serial)} · ${stateLabels[certificateState(item, deps.clock.now())]}`,
    href: `/certificates/${item.id}`,
    icon: "certificates",
  }));
}

async function findIdentities(deps: Deps, actor: Actor, q: string): Promise<PaletteEntry[]> {
  if (scopeOf(actor.role, "identities.read") === "none") return [];
  await recordEntry(deps.recorder, actor, {
    action: "identity.read",
    outcome: "success",
    target: null,
    details: { method: "GET", path: pathWithQuery("/identities", q) },
  });
  const { items } = await listIdentities(deps, actor, { q, limit: itemsPerGroup });
  return items.map(({ id, name, kind, owner }): PaletteEntry => ({
    id,
    group: "Identities",
    label: name,
    hint: `${kindLabels[kind]} · ${owner}`,
    href: `/identities/${id}`,
    icon: "identities",
  }));
}

/** Who holds the name that was typed, if it can be one. Single words are searched as identities. */
async function findHolders(deps: Deps, actor: Actor, q: string): Promise<PaletteEntry[]> {
  if (scopeOf(actor.role, "identities.read") === "none" || !/[.:@]/.test(q)) return [];
  await recordEntry(deps.recorder, actor, {
    action: "identity.read",
    outcome: "success",
    target: null,
    details: {
      method: "GET",
      path: `/identities?${new URLSearchParams({ holds: q }).toString()}`,
    },
  });
  const query = { holds: q, limit: itemsPerGroup };
  const { items } = await listIdentities(deps, actor, query).catch((error: unknown) => {
    if (isAppError(error) && error.code.startsWith("name.")) return { items: [] };
    throw error;
  });
  return items
    .flatMap(({ id, name, matched = [] }) =>
      matched.map((held): PaletteEntry => ({
        id: held.id,
        group: "Names",
        label: held.value,
        hint: held.state === "held" ? `Held by ${name}` : `Reserved for ${name}`,
        href: `/identities/${id}`,
        icon: "identities",
      })),
    )
    .slice(0, itemsPerGroup);
}

async function findPolicies(deps: Deps, actor: Actor, q: string): Promise<PaletteEntry[]> {
  if (scopeOf(actor.role, "policies.read") === "none") return [];
  await recordEntry(deps.recorder, actor, {
    action: "policy.read",
    outcome: "success",
    target: null,
    details: { method: "GET", path: pathWithQuery("/policies", q) },
  });
  const { items } = await listPolicies(deps, actor);
  const text = q.toLowerCase();
  return items
    .filter(({ name, service }) => name.toLowerCase().includes(text) || service.includes(text))
    .slice(0, itemsPerGroup)
    .map(({ id, name, service }): PaletteEntry => ({
      id,
      group: "Policies",
      label: name,
      hint: service,
      href: `/policies/${id}`,
      icon: "policies",
    }));
}

const pathWithQuery = (path: string, q: string) =>
  `${path}?${new URLSearchParams({ q }).toString()}`;
