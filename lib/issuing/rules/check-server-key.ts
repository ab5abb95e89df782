import type { Actor } from "@/lib/access/actor";
import type { Identity } from "@/lib/identities/read-identities";
import { failure } from "@/lib/issuing/failure";
import { checkPower } from "@/lib/issuing/rules/check-power";
import type { RuleChecks } from "@/lib/pki/rule-checks";
import type { Profile } from "@/lib/profiles/read-profiles";

const remedy = "Make the key where it is used, and send a CSR.";

/**
 * Whether Chancery makes the key of this certificate and hands it to the requester (decision 31):
 * only where the profile allows it, and never one that lets its holder act as a user, as a proxy or
 * as a CA, or that proves what a person did.
 */
export function checkServerKey(
  { profile, identity }: Readonly<{ profile: Profile | null; identity: Identity | null }>,
  { requester, serverKey }: Readonly<{ requester: Actor; serverKey?: object | undefined }>,
  checks: RuleChecks,
): void {
  if (serverKey === undefined) return;
  if (profile) {
    const notHere = failure(
      "profile.no-server-keys",
      `Chancery makes no keys for certificates under the profile ${profile.slug}. ${remedy}`,
      "key",
      "profile",
    );
    checks.add(
      "profile-allows-server-keys",
      profile.slug,
      profile.rules.serverKeys === true ? null : notHere,
    );
  }
  if (identity) checkHolder(identity, requester, checks);
  // Who can spend it is not known: it may have leaked before the machine had it.
  const secretAlone = failure(
    "key.not-by-secret",
    `An enrollment secret gets no key that Chancery makes. ${remedy}`,
    "key",
  );
  checks.add(
    "requester-may-have-server-key",
    requester.kind,
    requester.kind === "enrollment-secret" ? secretAlone : null,
  );
}

function checkHolder(identity: Identity, requester: Actor, checks: RuleChecks): void {
  const ofPerson = failure(
    "key.of-person",
    `${identity.name} is a person, and no one else may ever have had a person's key, so Chancery makes none. ${remedy}`,
    "key",
  );
  checks.add("key-is-of-no-person", identity.kind, identity.kind === "person" ? ofPerson : null);
  checkPower(requester, identity, "make-key", checks);
}
