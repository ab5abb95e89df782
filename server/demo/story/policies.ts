import type { PolicyInput, PolicyRule } from "@/lib/policies/schema";

const rule = (name: string, parts: Partial<PolicyRule>): PolicyRule => ({
  name,
  effect: "allow",
  identities: [],
  kinds: [],
  profiles: [],
  methods: [],
  paths: [],
  networks: [],
  ...parts,
});

type Ids = (...names: readonly string[]) => string[];

/** The access policies of the services behind the proxy. `ids` are those of identities. */
export const makePolicies = (ids: Ids): readonly PolicyInput[] => [
  {
    service: "payments-api",
    name: "Payments API",
    description: "Card payments and payouts. PCI DSS scope.",
    rules: [
      rule("no administration from outside", {
        effect: "deny",
        paths: ["/admin/**"],
      }),
      rule("callers", {
        identities: ids("orders", "settlement", "fraud-check"),
        paths: ["/v1/**"],
        networks: ["10.20.0.0/16"],
      }),
    ],
  },
  {
    service: "ledger",
    name: "Ledger",
    description: "Postings and balances.",
    rules: [
      rule("write postings", { identities: ids("payments-api", "settlement") }),
      rule("read balances", { identities: ids("reports"), paths: ["/v1/balances/**"] }),
    ],
  },
  {
    service: "orders",
    name: "Orders",
    description: "Orders, labels and shipments.",
    rules: [
      rule("services", { kinds: ["service"], paths: ["/v1/**"] }),
      rule("partners may not write", { effect: "deny", methods: ["DELETE"] }),
    ],
  },
  {
    service: "inventory",
    name: "Inventory",
    description: "Items, stock and scans from the warehouse.",
    rules: [
      rule("services", { kinds: ["service"] }),
      rule("scanners", { kinds: ["device"], paths: ["/v1/scans/**", "/v1/stock/**"] }),
    ],
  },
  {
    service: "reports",
    name: "Reports",
    description: "Figures for finance and logistics.",
    rules: [
      rule("feeds", { kinds: ["service"], paths: ["/feeds/**", "/metrics"] }),
      rule("readers", { kinds: ["person"], methods: ["GET"] }),
    ],
  },
  {
    service: "wiki",
    name: "Wiki",
    description: "Runbooks and onboarding.",
    rules: [rule("everybody", { kinds: ["person", "service"] })],
  },
];
