import { parseIpRange } from "@/lib/net/network";
import { formatIp } from "@/lib/net/address";
import { isAppError } from "@/lib/errors/app-error";
import { parseHeldName, type HeldName } from "@/lib/pki/held-names/held-name";
import { renderTemplate, type TemplateIdentity } from "@/lib/pki/name-templates";
import { explainNameRefusal } from "@/lib/pki/profile-names";
import type { GeneralName } from "@/lib/pki/types";
import type { Deps } from "@/lib/runtime/deps";
import { listProfileRows, type ProfileRow } from "./profile-repository";

/** Names that a certificate would carry under a holding: the ends of a pattern's range. */
function examplesOf({ type, form, value }: HeldName): GeneralName[] {
  if (type === "cn") return [];
  if (form === "prefix") return [{ type, value: `${value}x` }];
  if (form !== "network") return [{ type, value }];
  const range = parseIpRange(value);
  if (range === null) return [{ type, value }];
  const last = range.address.map((octet, index) => octet | (~range.mask[index]! & 0xff));
  return [
    { type, value: formatIp(range.address) },
    { type, value: formatIp(last) },
  ];
}

/**
 * Why the profile lets no certificate carry the name; null if it does. A common name always may be
 * held.
 */
const refusalOf = (profile: ProfileRow, name: HeldName): string | null =>
  examplesOf(name)
    .map((example) => explainNameRefusal(example, profile.rules.san))
    .find((why) => why !== null) ?? null;

/** The active profiles under which a certificate may carry the name, by slug. */
export async function findProfilesAllowing(
  deps: Pick<Deps, "db">,
  name: HeldName,
): Promise<string[]> {
  const rows = await listProfileRows(deps.db);
  return rows
    .filter(({ system, status }) => !system && status === "active")
    .filter((profile) => refusalOf(profile, name) === null)
    .map(({ slug }) => slug);
}

/**
 * The names that the templates of active profiles for its kind give an identity. A template that
 * doesn't fit its name gives none.
 */
export async function findOfferedNames(
  deps: Pick<Deps, "db">,
  identity: TemplateIdentity,
): Promise<HeldName[]> {
  const rows = await listProfileRows(deps.db);
  return rows
    .filter(({ system, status }) => !system && status === "active")
    .filter(({ rules }) => rules.identityKinds.some((kind) => kind === identity.kind))
    .flatMap(({ rules }) => rules.names)
    .flatMap((template) => {
      try {
        const { type, value } = renderTemplate(template, identity);
        return [parseHeldName(type, value)];
      } catch (error) {
        if (isAppError(error)) return [];
        throw error;
      }
    });
}
