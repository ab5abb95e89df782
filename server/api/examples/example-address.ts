import type { Operation } from "@/server/api/openapi-types";
import { exampleSerial } from "./certificate-texts";

const id = (prefix: string) => `${prefix}_01kat8m2wq7h4z0c9d5e6f7g8j`;
/** By what stands before the parameter in the path. */
const pathValues: Readonly<Record<string, string>> = {
  authorities: "issuing",
  profiles: "tls-server",
  identities: id("idn"),
  "acme-keys": id("eab"),
  "ca-permissions": id("cap"),
  "enrollment-secrets": id("ens"),
  "name-shares": id("shr"),
  certificates: id("crt"),
  "bulk-acts": id("blk"),
  status: "issuing",
  "{authority}": exampleSerial,
  tokens: id("tok"),
  users: id("usr"),
  events: id("ent"),
  anchors: "48132",
  verifications: id("ent"),
  drills: id("ent"),
  destinations: id("dst"),
  policies: "payments-api",
  proxies: id("prx"),
  rules: "revoked-used",
  exceptions: id("exc"),
  alerts: id("alr"),
  authorize: "payments-api",
};
const queryValues: Readonly<Record<string, string>> = {
  entry: "48131",
  service: "payments-api",
};

/**
 * The path of an operation with values in place of its parameters, and the query that it requires.
 * Throws if there is no value for one of them.
 */
export function exampleAddress(path: string, parameters: Operation["parameters"] = []): string {
  const segments = path.split("/");
  const filled = segments.map((segment, at) =>
    segment.startsWith("{") ? valueOf(pathValues, segments[at - 1] ?? "", path) : segment,
  );
  const query = parameters
    .filter((one) => one.in === "query" && one.required)
    .map(({ name }) => `${name}=${valueOf(queryValues, name, path)}`);
  return `${filled.join("/")}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

function valueOf(values: Readonly<Record<string, string>>, name: string, path: string): string {
  const value = values[name];
  if (value === undefined) throw new Error(`${path}: there is no example for ${name}.`);
  return value;
}
