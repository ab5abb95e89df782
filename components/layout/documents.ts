/** Documents that Chancery serves, for `?` and the account menu. */
export const documents = [
  { href: "/docs/api", label: "API reference" },
  { href: "/api/v1/openapi.json", label: "OpenAPI document" },
] as const;
