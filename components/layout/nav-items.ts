/** A page in the navigation. `key` follows g: `g c` opens the certificates. */
export type NavItem = Readonly<{
  id: NavItemId;
  href: string;
  label: string;
  key: string;
  permission: string;
  /** Further paths whose pages belong to it. */ also?: readonly string[] | undefined;
}>;
export type NavItemId =
  | "overview"
  | "certificates"
  | "identities"
  | "authorities"
  | "profiles"
  | "policies"
  | "audit"
  | "custody"
  | "alerts"
  | "proofs"
  | "reports"
  | "users"
  | "power"
  | "tokens"
  | "proxies"
  | "delivery";
export type NavGroup = Readonly<{ label: string | null; items: readonly NavItem[] }>;

const groups: readonly NavGroup[] = [
  {
    label: null,
    items: [
      { id: "overview", href: "/", label: "Overview", key: "o", permission: "overview.read" },
      {
        id: "certificates",
        href: "/certificates",
        label: "Certificates",
        key: "c",
        permission: "certificates.read",
      },
      {
        id: "identities",
        href: "/identities",
        label: "Identities",
        key: "i",
        permission: "identities.read",
      },
      {
        id: "authorities",
        href: "/authorities",
        label: "Authorities",
        key: "a",
        permission: "authorities.read",
      },
      {
        id: "profiles",
        href: "/profiles",
        label: "Profiles",
        key: "p",
        permission: "profiles.read",
      },
      {
        id: "policies",
        href: "/policies",
        label: "Policies",
        key: "y",
        permission: "policies.read",
      },
    ],
  },
  {
    label: "Audit",
    items: [
      { id: "audit", href: "/audit", label: "Audit log", key: "l", permission: "audit.read" },
      {
        id: "custody",
        href: "/custody",
        label: "Certificate usage",
        key: "k",
        permission: "custody.read",
      },
      { id: "alerts", href: "/alerts", label: "Alerts", key: "r", permission: "alerts.read" },
      {
        id: "proofs",
        href: "/audit/log",
        label: "Log & proofs",
        key: "v",
        permission: "audit.read",
        also: ["/audit/drill"],
      },
      { id: "reports", href: "/reports", label: "Reports", key: "e", permission: "audit.read" },
    ],
  },
  {
    label: "Settings",
    items: [
      {
        id: "users",
        href: "/settings/users",
        label: "Users",
        key: "u",
        permission: "accounts.read",
      },
      {
        id: "power",
        href: "/settings/power",
        label: "Access review",
        key: "w",
        permission: "accounts.read",
      },
      {
        id: "tokens",
        href: "/settings/tokens",
        label: "API tokens",
        key: "t",
        permission: "tokens.read",
      },
      {
        id: "proxies",
        href: "/settings/proxies",
        label: "Proxies",
        key: "x",
        permission: "proxies.read",
      },
      {
        id: "delivery",
        href: "/settings/delivery",
        label: "Delivery",
        key: "d",
        permission: "destinations.read",
      },
    ],
  },
];

/** The navigation items that a role is permitted to read. */
export function navGroupsFor(isPermitted: (permission: string) => boolean): NavGroup[] {
  return groups
    .map(({ label, items }) => ({
      label,
      items: items.filter(({ permission }) => isPermitted(permission)),
    }))
    .filter(({ items }) => items.length > 0);
}

/** The item that the page at `path` belongs to; the most specific one if several match. */
export function currentNavItem(path: string, all: readonly NavGroup[]): NavItemId | null {
  const matches = all
    .flatMap(({ items }) => items)
    .flatMap(({ id, href, also = [] }) =>
      [href, ...also].filter((one) => isAt(path, one)).map((one) => ({ id, length: one.length })),
    );
  return matches.toSorted((one, other) => other.length - one.length)[0]?.id ?? null;
}

const isAt = (path: string, href: string): boolean =>
  href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
