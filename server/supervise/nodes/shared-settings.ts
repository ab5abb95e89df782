import { createHash } from "node:crypto";
import type { SecretSettings } from "@/lib/runtime/read-secrets";

/**
 * What has to be equal on every node of a database, by what operators call it, and whether a node
 * that differs can run at all.
 */
const shared = {
  "session.key": "refuse",
  CHANCERY_PUBLIC_URL: "refuse",
  CHANCERY_HOST: "refuse",
  CHANCERY_WITNESS_POLICY: "warn",
  CHANCERY_TSA_URL: "warn",
  CHANCERY_TSA_CA: "warn",
  CHANCERY_VERIFY_AT: "warn",
} as const;
export type SharedName = keyof typeof shared;
const names = Object.keys(shared) as SharedName[];
export type SharedSettings = Readonly<Record<SharedName, string>>;

/** The contents of the files count, not where they are. */
export const sharedSettingsOf = (
  env: Readonly<Record<`CHANCERY_${"PUBLIC_URL" | "HOST" | "TSA_URL" | "VERIFY_AT"}`, string>>,
  sessionSecret: string,
  files: SecretSettings,
): SharedSettings => ({
  "session.key": sessionSecret,
  CHANCERY_PUBLIC_URL: env.CHANCERY_PUBLIC_URL,
  CHANCERY_HOST: env.CHANCERY_HOST,
  CHANCERY_WITNESS_POLICY: files.CHANCERY_WITNESS_POLICY_TEXT ?? "",
  CHANCERY_TSA_URL: env.CHANCERY_TSA_URL,
  CHANCERY_TSA_CA: files.CHANCERY_TSA_CA_TEXT ?? "",
  CHANCERY_VERIFY_AT: env.CHANCERY_VERIFY_AT,
});

/** What the name of each node's session begins with; another version of this format has another. */
export const sessionPrefix = "chancery-node-1:";
/** PostgreSQL keeps 63 bytes of a session's name: five characters, 30 bits, for each digest. */
const digestLength = 5;
const digestOf = (name: string, value: string): string =>
  createHash("sha256").update(`${name}\0${value}`).digest("base64url").slice(0, digestLength);

/** The name of a node's session with the database: digests of the node and of its settings. */
export const sessionNameOf = (nodeId: string, settings: SharedSettings): string =>
  [["node", nodeId] as const, ...names.map((name) => [name, settings[name]] as const)].reduce(
    (text, [name, value]) => text + digestOf(name, value),
    sessionPrefix,
  );

const digestsOf = (sessionName: string): string[] =>
  Array.from({ length: names.length + 1 }, (_, index) => {
    const start = sessionPrefix.length + index * digestLength;
    return sessionName.slice(start, start + digestLength);
  });

export type Difference = Readonly<{ name: SharedName; consequence: "refuse" | "warn" }>;

/** In what another node differs, by both sessions' names; nothing if it is this node itself. */
export function findDifferences(own: string, other: string): readonly Difference[] {
  const [ownNode, ...ownDigests] = digestsOf(own);
  const [otherNode, ...otherDigests] = digestsOf(other);
  if (ownNode === otherNode) return [];
  return names
    .filter((_, index) => ownDigests[index] !== otherDigests[index])
    .map((name) => ({ name, consequence: shared[name] }));
}
