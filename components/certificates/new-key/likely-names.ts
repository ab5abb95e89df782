import type { HeldNameDto, NameInput } from "@/lib/identities/schema";

export type LikelyNames = Readonly<{ names: readonly NameInput[]; commonName: string }>;

type HeldName = Pick<HeldNameDto, "type" | "form" | "value" | "state">;
type Rules = Readonly<{
  sanTypes: readonly string[];
  commonName: "required" | "optional" | "forbidden";
  /** Where a common name may come from: other names of the certificate, or the identity too. */
  commonNameFrom: "san" | "san-or-identity";
}>;

const maxNames = 20;
const allTypes = ["dns", "ip", "uri", "email"] as const;

/**
 * The names that a certificate of an identity is likely to carry, out of those that it holds: what
 * is no pattern for many names, and of a type that the profile takes. A common name only where the
 * profile requires one, or takes the identity's and there is no other name.
 */
export function likelyNames(
  identity: Readonly<{ names?: readonly HeldName[] | undefined }> | null,
  { sanTypes, commonName: rule, commonNameFrom }: Rules,
): LikelyNames {
  const held = (identity?.names ?? []).filter(
    ({ form, state }) => state === "held" && (form === "exact" || form === "wildcard"),
  );
  const names = held
    .flatMap(({ type: heldType, value }) => {
      const type = allTypes.find((one) => one === heldType && sanTypes.includes(one));
      return type === undefined ? [] : [{ type, value }];
    })
    .slice(0, maxNames);
  const own =
    commonNameFrom === "san-or-identity"
      ? held.find(({ type }) => type === "cn")?.value
      : undefined;
  const isWanted = rule === "required" || (rule === "optional" && names.length === 0);
  return { names, commonName: (isWanted ? (own ?? names[0]?.value) : undefined) ?? "" };
}
