import { bulkHref, bulkTitle, statusLabels } from "@/components/bulk/shared/bulk-words";
import { certificateName } from "@/components/certificates/certificate-name";
import { kindLabels as proxyKindLabels } from "@/components/proxies/kind-labels";
import { kindLabels } from "@/components/shared/identity-kinds";
import type { PaletteEntry } from "@/components/layout/palette/palette-types";
import { roleLabels } from "@/components/shared/role-labels";
import type { Actor } from "@/lib/access/actor";
import type { Permission } from "@/lib/access/permissions";
import { listAccounts } from "@/lib/accounts/read-accounts";
import { listAlerts } from "@/lib/alerts/list-alerts";
import { listAuthorityChoices } from "@/lib/authorities/read-authorities";
import { listBulkActs } from "@/lib/bulk/read-bulk-acts";
import { listCertificates } from "@/lib/certificates/list-certificates";
import { bytesBeginningWith, wordsOf } from "@/lib/format/search-terms";
import { isAppError } from "@/lib/errors/app-error";
import { certificateState } from "@/lib/format/certificate-state";
import { foldText } from "@/lib/format/fold-text";
import { shortHex } from "@/lib/format/identifier";
import { stateLabels } from "@/lib/format/state";
import { listIdentities } from "@/lib/identities/read-identities";
import { getEntry } from "@/lib/log/search/get-entry";
import { listDestinations } from "@/lib/delivery/read-destinations";
import { listPolicies } from "@/lib/policies/read-policies";
import { listProfileChoices } from "@/lib/profiles/read-profiles";
import { listProxies } from "@/lib/proxies/read-proxies";
import type { Deps } from "@/lib/runtime/deps";
import { listTokens } from "@/lib/tokens/read-tokens";

/** Finds one kind of thing for the palette. */
export type Finder = Readonly<{
  permission: Permission;
  /** Whether a text can be what is searched; nothing is read otherwise. */
  mayFind?: (q: string) => boolean;
  find: (deps: Deps, actor: Actor, q: string) => Promise<readonly PaletteEntry[]>;
}>;

const itemsPerGroup = 6;

const hasWords = (q: string, ...texts: readonly string[]): boolean => {
  const text = foldText(texts.join(" "));
  return wordsOf(q).every((word) => text.includes(word)) || texts.includes(q);
};

/** No list takes more words than this; a longer text is not what anything is called. */
const isShort = (q: string): boolean => wordsOf(q).length <= 10;

const findCertificates: Finder["find"] = async (deps, actor, q) => {
  const { items } = await listCertificates(deps, actor, { q, limit: itemsPerGroup });
  return items.map((item) => ({
    id: item.id,
    group: "Certificates",
    label: certificateName(item),
    exact: [item.id, item.serial],
    hint: `${shortHex(item.serial)} · ${stateLabels[certificateState(item, deps.clock.now())]}`,
    href: `/certificates/${item.id}`,
    icon: "certificates",
  }));
};

const findIdentities: Finder["find"] = async (deps, actor, q) => {
  const { items } = await listIdentities(deps, actor, { q, limit: itemsPerGroup });
  return items.map(({ id, name, kind, owner }) => ({
    id,
    group: "Identities",
    label: name,
    exact: [id],
    hint: `${kindLabels[kind]} · ${owner}`,
    href: `/identities/${id}`,
    icon: "identities",
  }));
};

/** Who holds the name that was typed. */
const findHolders: Finder["find"] = async (deps, actor, q) => {
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
};

const findPolicies: Finder["find"] = async (deps, actor, q) => {
  const { items } = await listPolicies(deps, actor);
  return items
    .filter(({ id, name, service }) => hasWords(q, name, service, id))
    .slice(0, itemsPerGroup)
    .map(({ id, name, service }) => ({
      id,
      group: "Policies",
      label: name,
      exact: [id],
      hint: service,
      href: `/policies/${id}`,
      icon: "policies",
    }));
};

const findAuthorities: Finder["find"] = async (deps, actor, q) => {
  const items = await listAuthorityChoices(deps, actor);
  return items
    .filter(({ id, name, slug }) => hasWords(q, name, slug, id))
    .slice(0, itemsPerGroup)
    .map(({ id, name, slug }) => ({
      id,
      group: "Authorities",
      label: name,
      exact: [id, slug],
      hint: slug,
      href: `/authorities/${id}`,
      icon: "authorities",
    }));
};

const findProfiles: Finder["find"] = async (deps, actor, q) => {
  const items = await listProfileChoices(deps, actor);
  return items
    .filter(({ id, name, slug }) => hasWords(q, name, slug, id))
    .slice(0, itemsPerGroup)
    .map(({ id, name, slug }) => ({
      id,
      group: "Profiles",
      label: name,
      exact: [id, slug],
      hint: slug,
      href: `/profiles/${id}`,
      icon: "profiles",
    }));
};

const findProxies: Finder["find"] = async (deps, actor, q) => {
  const { items } = await listProxies(deps, actor);
  return items
    .filter(({ id, identity }) => hasWords(q, identity.name, id))
    .slice(0, itemsPerGroup)
    .map(({ id, identity, kind, status }) => ({
      id,
      group: "Proxies",
      label: identity.name,
      exact: [id],
      hint: `${proxyKindLabels[kind].label}${status === "removed" ? " · removed" : ""}`,
      href: "/settings/proxies",
      icon: "proxies",
    }));
};

const findDestinations: Finder["find"] = async (deps, actor, q) => {
  const { items } = await listDestinations(deps, actor);
  return items
    .filter(({ id, name, address }) => hasWords(q, name, address, id))
    .slice(0, itemsPerGroup)
    .map(({ id, name, address, status }) => ({
      id,
      group: "Destinations",
      label: name,
      exact: [id, address],
      hint: `${address}${status === "paused" ? " · paused" : ""}`,
      href: `/settings/delivery/${id}`,
      icon: "delivery",
    }));
};

/** Older bulk actions are in their list. */
const latestBulkActs = 200;

const findBulkActs: Finder["find"] = async (deps, actor, q) => {
  const { items } = await listBulkActs(deps, actor, { limit: latestBulkActs });
  return items
    .filter((bulk) => hasWords(q, bulkTitle(bulk), bulk.comment, bulk.startedBy, bulk.id))
    .slice(0, itemsPerGroup)
    .map((bulk) => ({
      id: bulk.id,
      group: "Bulk actions",
      label: bulkTitle(bulk),
      exact: [bulk.id],
      hint: `${statusLabels[bulk.status]} · ${bulk.startedBy}`,
      href: bulkHref(bulk),
      icon: "certificates",
    }));
};

const findAccounts: Finder["find"] = async (deps, actor, q) => {
  const { items } = await listAccounts(deps, actor, { q, limit: itemsPerGroup });
  return items.map(({ id, name, email, role }) => ({
    id,
    group: "Users",
    label: name,
    exact: [id, email],
    hint: `${email} · ${roleLabels[role].label}`,
    href: `/settings/users?q=${encodeURIComponent(email)}`,
    icon: "users",
  }));
};

const findTokens: Finder["find"] = async (deps, actor, q) => {
  const { items } = await listTokens(deps, actor, { q, limit: itemsPerGroup });
  return items.map(({ id, name, hint, status }) => ({
    id,
    group: "API tokens",
    label: name,
    exact: [id],
    hint: `${hint}… · ${status}`,
    href: `/settings/tokens?q=${encodeURIComponent(id)}`,
    icon: "tokens",
  }));
};

const findAlerts: Finder["find"] = async (deps, actor, q) => {
  const { items } = await listAlerts(deps, actor, { q, limit: itemsPerGroup });
  return items.map(({ id, summary, ruleTitle, status }) => ({
    id,
    group: "Alerts",
    label: summary,
    exact: [id],
    hint: `${ruleTitle} · ${status}`,
    href: `/alerts/${id}`,
    icon: "alerts",
  }));
};

const findEntry: Finder["find"] = async (deps, actor, q) => {
  try {
    const { seq, sentence } = await getEntry(deps, actor, q.replace(/[\s,]/g, ""));
    return [
      {
        id: `entry-${seq}`,
        group: "Entries",
        label: `Entry ${seq}`,
        // Found by its number or its id, nothing else.
        exact: [q],
        hint: sentence,
        href: `/audit/${seq}`,
        icon: "audit",
      },
    ];
  } catch (error) {
    if (isAppError(error) && error.code === "entry.not-found") return [];
    throw error;
  }
};

/** Everything that the palette searches, in the order in which equally good matches are shown. */
export const finders: readonly Finder[] = [
  {
    permission: "certificates.read",
    mayFind: (q) => isShort(q) || bytesBeginningWith(q) !== null,
    find: findCertificates,
  },
  {
    permission: "identities.read",
    mayFind: (q) => /[.:@]/.test(q),
    find: findHolders,
  },
  {
    permission: "identities.read",
    mayFind: isShort,
    find: findIdentities,
  },
  {
    permission: "policies.read",
    find: findPolicies,
  },
  {
    permission: "authorities.read",
    find: findAuthorities,
  },
  {
    permission: "profiles.read",
    find: findProfiles,
  },
  {
    permission: "accounts.read",
    mayFind: isShort,
    find: findAccounts,
  },
  {
    permission: "tokens.read",
    mayFind: isShort,
    find: findTokens,
  },
  {
    permission: "proxies.read",
    find: findProxies,
  },
  {
    permission: "destinations.read",
    find: findDestinations,
  },
  {
    permission: "certificates.read",
    find: findBulkActs,
  },
  {
    permission: "alerts.read",
    mayFind: isShort,
    find: findAlerts,
  },
  {
    permission: "audit.read",
    mayFind: (q) => /^([\d\s,]{1,16}|ent_[0-9a-z]{26})$/.test(q),
    find: findEntry,
  },
];
