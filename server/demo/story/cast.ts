import type { KeyKind } from "@/lib/keys/key-kinds";
import type { NameInput } from "@/lib/identities/schema";

/** A certificate that an identity has throughout the demonstration, renewed by whom it says. */
export type Slot = Readonly<{
  profile: "tls-server" | "tls-client-service" | "tls-client-person" | "device" | "short-lived";
  days: number;
  renewedBy: "itself" | "automation" | "staff" | "nobody";
  key: KeyKind;
}>;

/** How often a day an identity uses a service, and with what. */
export type Habit = Readonly<{ service: string; paths: readonly [string, ...string[]]; n: number }>;

/** An identity of the demonstration. */
export type Member = Readonly<{
  name: string;
  kind: "service" | "device" | "person";
  owner: string;
  note: string;
  networks: readonly string[];
  names: readonly NameInput[];
  slots: readonly Slot[];
  /** The networks that it is used from, without the last number of an address. */
  homes: readonly [string, ...string[]];
  habits: readonly Habit[];
  /** The day that it is registered on. */
  joins: number;
  /** The last day with its habits. */
  leaves?: number;
}>;

const domain = "example.com";
const dns = (host: string): NameInput => ({ type: "dns", value: `${host}.${domain}` });

const server = (days = 90, key: KeyKind = "p-256"): Slot => ({
  profile: "tls-server",
  days,
  renewedBy: "automation",
  key,
});
const client = (renewedBy: Slot["renewedBy"] = "itself", days = 30): Slot => ({
  profile: "tls-client-service",
  days,
  renewedBy,
  key: "p-256",
});

const get = (service: string, n: number, ...paths: readonly [string, ...string[]]): Habit => ({
  service,
  n,
  paths,
});

type Part = Partial<Pick<Member, "note" | "networks" | "habits" | "joins" | "names" | "homes">>;

const service = (name: string, owner: string, slots: readonly Slot[], part: Part = {}): Member => ({
  name,
  kind: "service",
  owner: `${owner}@${domain}`,
  note: "",
  networks: [],
  names: slots.some(({ profile }) => profile !== "tls-client-service") ? [dns(name)] : [],
  slots,
  homes: ["10.20.4"],
  habits: [],
  joins: 0,
  ...part,
});

const device = (name: string, home: string, part: Part & { key?: KeyKind } = {}): Member => {
  const { key = "p-256", ...rest } = part;
  return {
    name,
    kind: "device",
    owner: `warehouse@${domain}`,
    note: "",
    networks: [],
    names: [dns(name)],
    slots: [{ profile: "device", days: 365, renewedBy: "staff", key }],
    homes: [home],
    habits: [],
    joins: 2,
    ...rest,
  };
};

const person = (
  name: string,
  mailbox: string,
  team: string,
  homes: Member["homes"],
  joins = 3,
): Member => ({
  name,
  kind: "person",
  owner: `${team}@${domain}`,
  note: "",
  networks: [],
  names: [{ type: "email", value: `${mailbox}@${domain}` }],
  slots: [{ profile: "tls-client-person", days: 180, renewedBy: "staff", key: "p-256" }],
  homes,
  habits: [get("wiki", 0.6, "/runbooks", "/onboarding", "/search"), get("reports", 0.2, "/weekly")],
  joins,
});

/** The identity whose certificate the reverse proxy shows; it speaks for all others. */
export const proxyName = "edge-proxy";

const web: readonly Member[] = [
  service(proxyName, "platform", [{ ...server(), renewedBy: "staff" }, client("staff", 90)], {
    note: "nginx in front of all internal services.",
    names: [dns("gateway")],
    homes: ["10.20.1"],
  }),
  service("www", "web", [server(47)], { note: "Renews by ACME from December on." }),
  service("shop", "web", [server(47), client()], {
    habits: [
      get("orders", 1.5, "/v1/orders", "/v1/carts"),
      get("inventory", 0.8, "/v1/items", "/v1/stock"),
    ],
    homes: ["10.20.2"],
  }),
  service("api", "web", [server(47)]),
  service("auth", "platform", [server(60, "p-384")]),
  service("search", "web", [server(), client()], {
    habits: [get("inventory", 1.2, "/v1/items")],
    homes: ["10.20.2"],
    joins: 6,
  }),
];

const money: readonly Member[] = [
  service("payments-api", "payments", [server(), client()], {
    note: "PCI DSS scope.",
    networks: ["10.20.0.0/16"],
    habits: [get("ledger", 2.2, "/v1/postings", "/v1/balances")],
  }),
  service("ledger", "payments", [server(), client()], {
    note: "PCI DSS scope.",
    networks: ["10.20.0.0/16"],
    habits: [get("reports", 0.4, "/feeds/ledger")],
  }),
  service("settlement", "payments", [client()], {
    networks: ["10.20.0.0/16"],
    habits: [get("ledger", 1.1, "/v1/postings"), get("payments-api", 0.6, "/v1/payouts")],
  }),
  service("fraud-check", "payments", [client()], {
    habits: [get("payments-api", 1.6, "/v1/payments")],
    joins: 31,
  }),
];

const goods: readonly Member[] = [
  service("orders", "logistics", [server(), client()], {
    habits: [get("payments-api", 1.4, "/v1/payments"), get("inventory", 0.9, "/v1/reservations")],
    homes: ["10.20.6"],
  }),
  service("inventory", "logistics", [server(), client()], {
    habits: [get("reports", 0.5, "/feeds/stock")],
    homes: ["10.20.6"],
  }),
  service("label-printing", "logistics", [client("nobody")], {
    habits: [get("orders", 0.7, "/v1/labels")],
    homes: ["10.20.6"],
    joins: 64,
  }),
  service("carrier-link", "logistics", [client()], {
    note: "Exchanges shipping notices with carriers.",
    habits: [get("orders", 1.0, "/v1/shipments")],
    homes: ["10.20.7"],
  }),
  service("legacy-erp", "finance-systems", [client("nobody")], {
    note: "To be replaced; renewed by hand.",
    habits: [get("reports", 1.0, "/feeds/finance"), get("orders", 0.5, "/v1/export")],
    homes: ["10.30.1"],
    joins: 58,
  }),
];

const platform: readonly Member[] = [
  service("ci-runner", "platform", [client()], {
    habits: [get("wiki", 1.6, "/api/pages"), get("inventory", 4.4, "/v1/health")],
    homes: ["10.20.9"],
  }),
  service("build-agent", "platform", [{ ...client("automation", 1), profile: "short-lived" }], {
    habits: [get("inventory", 0.5, "/v1/health")],
    homes: ["10.20.9"],
    joins: 78,
  }),
  service(
    "preview-environments",
    "platform",
    [{ ...client("automation", 1), profile: "short-lived" }],
    { joins: 82 },
  ),
  service("git", "platform", [server()]),
  service("wiki", "people", [{ ...server(), renewedBy: "nobody" }], { joins: 24 }),
  service("grafana", "platform", [{ ...server(), renewedBy: "nobody" }, client()], {
    habits: [get("reports", 0.8, "/metrics")],
    homes: ["10.20.8"],
    joins: 9,
  }),
  service("prometheus", "platform", [server(90, "rsa-3072")]),
  service("postgres-main", "data", [server()], { homes: ["10.20.5"] }),
  service("postgres-replica", "data", [server()], { homes: ["10.20.5"] }),
  service("kafka-1", "data", [server(), client()], { homes: ["10.20.5"], joins: 5 }),
  service("kafka-2", "data", [server(), client()], { homes: ["10.20.5"], joins: 5 }),
  service("mail-relay", "people", [server(), client("nobody")], {
    habits: [get("wiki", 0.6, "/api/notifications")],
    homes: ["10.20.3"],
    joins: 19,
  }),
  service("reports", "data", [server(), client()], {
    habits: [get("ledger", 0.6, "/v1/balances")],
    homes: ["10.20.5"],
  }),
];

const scanning: readonly Habit[] = [get("inventory", 2.2, "/v1/scans", "/v1/stock")];

const devices: readonly Member[] = [
  device("warehouse-gateway-1", "192.168.31", { habits: scanning }),
  device("warehouse-gateway-2", "192.168.32", { habits: scanning }),
  device("warehouse-gateway-3", "192.168.33", { habits: scanning, joins: 45 }),
  device("dock-sensor-1", "192.168.41"),
  device("dock-sensor-2", "192.168.41"),
  device("badge-reader-hq", "192.168.10", { key: "rsa-3072", networks: ["192.168.10.0/24"] }),
  device("printer-floor-2", "192.168.12", { joins: 22 }),
];

const people: readonly Member[] = [
  person("Payments analyst", "payments.analyst", "payments", ["10.50.1", "203.0.113"]),
  person("Platform engineer", "platform.engineer", "platform", ["10.50.1"]),
  person("Logistics planner", "logistics.planner", "logistics", ["10.50.2"]),
  person("Data engineer", "data.engineer", "data", ["10.50.1"]),
  person("Financial controller", "financial.controller", "finance-systems", ["10.50.2"]),
  person("Web developer", "web.developer", "web", ["10.50.1"], 26),
  { ...person("Web contractor", "web.contractor", "web", ["10.50.3"], 5), leaves: 65 },
];

/** Everybody and everything that has certificates in the demonstration. */
export const cast: readonly Member[] = [
  ...web,
  ...money,
  ...goods,
  ...platform,
  ...devices,
  ...people,
];

export const memberOf = (name: string): Member => {
  const found = cast.find((member) => member.name === name);
  if (found === undefined) throw new Error(`${name} is not in the cast.`);
  return found;
};
