type Target = Readonly<{ kind: string; id: string }>;

const pages: Readonly<Record<string, string>> = { certificate: "/certificates", authority: "/authorities", profile: "/profiles", identity: "/identities" };

/** The page of what an entry is about, if there is one. */
export function targetHref({ kind, id }: Target): string | null {
  if (kind === "token") return "/settings/tokens";
  if (kind === "account") return "/settings/users";
  const page = pages[kind];
  return page === undefined ? null : `${page}/${encodeURIComponent(id)}`;
}
