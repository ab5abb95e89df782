import type { Issuer } from "@/lib/authorities/find-issuer";
import { formatList } from "@/lib/format/count";
import type { Identity } from "@/lib/identities/read-identities";
import type { RuleChecks } from "@/lib/pki/rule-checks";
import type { Profile } from "@/lib/profiles/read-profiles";
import { failure } from "@/lib/issuing/failure";

type ProfileSubjects = Readonly<{
  profile: Profile | null;
  issuer: Issuer | null;
  identity: Identity | null;
}>;
type ProfileRequest = Readonly<{ profile: string; bySelf: boolean; predecessor: object | null }>;

/** Whether the profile can issue at all, and whether it is for this identity and this requester. */
export function checkProfile(
  { profile, issuer, identity }: ProfileSubjects,
  request: ProfileRequest,
  checks: RuleChecks,
): void {
  const missing = failure(
    "profile.not-found",
    "Profile not found. Use a profile's ID or slug.",
    "profile",
  );
  checks.add("profile-exists", request.profile, profile ? null : missing);
  if (!profile) return;
  const retired = failure(
    "profile.retired",
    `The profile ${profile.slug} is retired. Choose another profile.`,
    "profile",
  );
  checks.add("profile-is-active", profile.status, profile.status === "active" ? null : retired);
  const inactive = failure(
    "authority.not-active",
    "The CA of this profile is not active, so it can't issue certificates. Choose another profile.",
    "profile",
  );
  const isActive = issuer?.status === "active";
  checks.add("authority-is-active", issuer?.slug ?? "none", isActive ? null : inactive);
  if (identity) checkIdentityKind(profile, identity, checks);
  checkSelfService(profile, identity, request, checks);
}

function checkIdentityKind(
  { slug, rules }: Profile,
  { kind, name }: Identity,
  checks: RuleChecks,
): void {
  const isAllowed = rules.identityKinds.some((allowed) => allowed === kind);
  const kinds = formatList(
    rules.identityKinds.map((allowed) => `${kindPlurals[allowed]}`),
    "and",
  );
  const otherKind = failure(
    "profile.identity-kind",
    `The profile ${slug} is for ${kinds}, and ${name} is a ${kind}. Choose a profile for a ${kind}.`,
    "profile",
    "profile",
  );
  checks.add("profile-is-for-kind", kind, isAllowed ? null : otherKind);
}

const kindPlurals = { person: "people", service: "services", device: "devices" } as const;

/** Who can do for the identity what it can't do for itself. */
const staffFor = (identity: Identity | null): string =>
  identity === null || identity.powers.length > 0 ? "administrator" : "administrator or operator";

/** An identity may always rotate its own certificate. */
function checkSelfService(
  { slug, rules }: Profile,
  identity: Identity | null,
  request: ProfileRequest,
  checks: RuleChecks,
): void {
  if (!request.bySelf || request.predecessor !== null) return;
  const notForItself = failure(
    "profile.not-self-service",
    `An identity can't request certificates under the profile ${slug} for itself. Ask an ${staffFor(identity)} to issue it, or use another profile.`,
    "profile",
    "profile",
  );
  checks.add("profile-allows-self-service", slug, rules.selfService ? null : notForItself);
}
