/** A page that the navigation leads to. `key` follows g: `g c` opens the certificates. */
export type Place = Readonly<{
  id: PlaceId;
  href: string;
  label: string;
  key: string;
  needs: string;
  /** Further addresses whose pages belong to it. */ also?: readonly string[] | undefined;
}>;
export type PlaceId =
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
  | "users"
  | "tokens"
  | "proxies"
  | "delivery";
export type PlaceGroup = Readonly<{ label: string | null; places: readonly Place[] }>;

const groups: readonly PlaceGroup[] = [
  {
    label: null,
    places: [
      { id: "overview", href: "/", label: "Overview", key: "o", needs: "overview.read" },
      {
        id: "certificates",
        href: "/certificates",
        label: "Certificates",
        key: "c",
        needs: "certificates.read",
      },
      {
        id: "identities",
        href: "/identities",
        label: "Identities",
        key: "i",
        needs: "identities.read",
      },
      {
        id: "authorities",
        href: "/authorities",
        label: "Authorities",
        key: "a",
        needs: "authorities.read",
      },
      { id: "profiles", href: "/profiles", label: "Profiles", key: "p", needs: "profiles.read" },
      { id: "policies", href: "/policies", label: "Policies", key: "y", needs: "policies.read" },
    ],
  },
  {
    label: "Record",
    places: [
      { id: "audit", href: "/audit", label: "Audit log", key: "l", needs: "audit.read" },
      { id: "custody", href: "/custody", label: "Custody", key: "k", needs: "custody.read" },
      { id: "alerts", href: "/alerts", label: "Alerts", key: "r", needs: "alerts.read" },
      {
        id: "proofs",
        href: "/audit/log",
        label: "Log & proofs",
        key: "v",
        needs: "audit.read",
        also: ["/audit/drill"],
      },
    ],
  },
  {
    label: "Settings",
    places: [
      { id: "users", href: "/settings/users", label: "Users", key: "u", needs: "accounts.read" },
      { id: "tokens", href: "/settings/tokens", label: "Tokens", key: "t", needs: "tokens.read" },
      {
        id: "proxies",
        href: "/settings/proxies",
        label: "Proxies",
        key: "x",
        needs: "proxies.read",
      },
      {
        id: "delivery",
        href: "/settings/delivery",
        label: "Delivery",
        key: "d",
        needs: "destinations.read",
      },
    ],
  },
];

/** The navigation for somebody: what the role may not read is not offered. */
export function placesFor(may: (permission: string) => boolean): PlaceGroup[] {
  return groups
    .map(({ label, places }) => ({ label, places: places.filter(({ needs }) => may(needs)) }))
    .filter(({ places }) => places.length > 0);
}

/** The place in which the page at `path` lies; of two that lie within each other the inner one. */
export function placeAt(path: string, all: readonly PlaceGroup[]): PlaceId | null {
  const found = all
    .flatMap(({ places }) => places)
    .flatMap(({ id, href, also = [] }) =>
      [href, ...also].filter((one) => isAt(path, one)).map((one) => ({ id, length: one.length })),
    );
  return found.toSorted((one, other) => other.length - one.length)[0]?.id ?? null;
}

const isAt = (path: string, href: string): boolean =>
  href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);
