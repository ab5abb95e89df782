type Target = Readonly<{ kind: string; id: string }>;

const pages: Readonly<Record<string, string>> = {
  certificate: "/certificates",
  authority: "/authorities",
  profile: "/profiles",
  identity: "/identities",
  alert: "/alerts",
  policy: "/policies",
  destination: "/settings/delivery",
  bulk: "/certificates/bulk",
};
// List pages of nouns without a page per item.
const lists: Readonly<Record<string, string>> = {
  token: "/settings/tokens",
  account: "/settings/users",
  exception: "/alerts/exceptions",
  proxy: "/settings/proxies",
  "ca-permission": "/authorities",
};

/** The page of an entry's target, or null if it has none. */
export function targetHref({ kind, id }: Target): string | null {
  if (kind === "rule") return `/alerts/rules#${encodeURIComponent(id)}`;
  const list = lists[kind];
  if (list !== undefined) return list;
  const page = pages[kind];
  return page === undefined ? null : `${page}/${encodeURIComponent(id)}`;
}
