import type { Env } from "@/lib/runtime/env";

/**
 * The domains of a setup from the host's environment; null if there is none. The environment is the
 * operator's, so it counts as the confirmation of what that setup creates.
 */
export function headlessDomainsOf({
  CHANCERY_ADMIN_EMAIL: email,
  CHANCERY_DOMAINS: domains,
}: Pick<Env, "CHANCERY_ADMIN_EMAIL" | "CHANCERY_DOMAINS">): readonly string[] | null {
  if (email === "") return null;
  const listed = domains.split(/[\s,]+/).filter(Boolean);
  return (listed.length > 0 ? listed : [email.slice(email.lastIndexOf("@") + 1)]).map((domain) =>
    domain.toLowerCase(),
  );
}
