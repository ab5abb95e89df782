const id = (prefix: string) => `${prefix}_01kat8m2wq7h4z0c9d5e6f7g8j`;

/** Values by the name of a field alone, where its schema has no example. */
export const fallbackExamples: Readonly<Record<string, unknown>> = {
  id: id("crt"),
  label: "admin@example.com",
  kind: "certificate",
  code: "policy.no-rule",
  message: "No rule of the policy matches this request.",
  state: "valid",
  value: "pay.example.com",
  name: "payments",
  names: ["pay.example.com"],
  network: "10.20.30.0/24",
  networks: ["10.20.0.0/16"],
  role: "operator",
  severity: "critical",
  count: 1,
};
