import { isAppError } from "@/lib/errors/app-error";
import { fitsTemplate, renderTemplate, type TemplateIdentity } from "./name-templates";
import type { DistinguishedName, GeneralName, ParsedCsr, ProfileRules } from "./types";

/** The names of the certificate that a rotation replaces. */
export type EarlierNames = Readonly<{
  commonNames: readonly string[];
  sans: readonly GeneralName[];
}>;

/** What is known of the identity that a certificate is for. */
export type IdentityNames = Readonly<{
  /** The common names that it holds. */
  commonNames: readonly string[];
  /**
   * What the profile's name templates give it, allowed in addition to the profile's other names.
   */
  offered: readonly GeneralName[];
  /** Names that it has had in certificates: what newer rules say of them is a warning. */
  earlier: EarlierNames;
  /** Whether it requests the certificate for itself. */
  isSelfService: boolean;
}>;

export type NamesRequest = Readonly<{
  rules: ProfileRules;
  csr: ParsedCsr;
  subject?: DistinguishedName | undefined;
  sans?: readonly GeneralName[] | undefined;
  identity: IdentityNames;
}>;

/** Whether staff request a certificate under rules from before names were bound to identities. */
export const isLenient = ({ rules, identity }: NamesRequest): boolean =>
  rules.savedBeforeNames === true && !identity.isSelfService;

/** An identity with the names that it holds, as planning has to know it. */
type NamedIdentity = TemplateIdentity &
  Readonly<{ names: readonly Readonly<{ type: string; value: string }>[] }>;

/** What planning has to know of the names of an identity; `earlier` of a rotation's predecessor. */
export function namesOfIdentity(
  identity: NamedIdentity | null,
  rules: ProfileRules,
  earlier: EarlierNames | null,
  isSelfService: boolean,
): IdentityNames {
  const { commonNames, sans } = earlier ?? { commonNames: [], sans: [] };
  return {
    commonNames: (identity?.names ?? [])
      .filter(({ type }) => type === "cn")
      .map(({ value }) => value),
    offered: [
      ...(identity === null ? [] : offeredNames(identity, rules)),
      // What a template made before the identity was renamed stays its name.
      ...sans.filter((san) => rules.names.some((template) => fitsTemplate(template, san))),
    ],
    earlier: { commonNames, sans },
    isSelfService,
  };
}

/** What the templates make of the identity; one that doesn't fit it allows nothing. */
const offeredNames = (identity: TemplateIdentity, rules: ProfileRules): GeneralName[] =>
  rules.names.flatMap((template) => {
    try {
      return [renderTemplate(template, identity)];
    } catch (error) {
      if (isAppError(error)) return [];
      throw error;
    }
  });
