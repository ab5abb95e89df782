import { createHash } from "node:crypto";
import type { SecretSettings } from "@/lib/runtime/read-secrets";

/**
 * What has to be equal in all processes of a database, by what operators call it, and whether one
 * that differs can run at all. New ones are added at the end: earlier versions read the first.
 */
const shared = {
  "session.key": "refuse",
  CHANCERY_PUBLIC_URL: "refuse",
  CHANCERY_HOST: "refuse",
  CHANCERY_WITNESS_POLICY: "warn",
  CHANCERY_TSA_URL: "warn",
  CHANCERY_TSA_CA: "warn",
  CHANCERY_VERIFY_AT: "warn",
  CHANCERY_DELIVERY_KEY: "refuse",
} as const;
export type SharedName = keyof typeof shared;
const names = Object.keys(shared) as SharedName[];
/** A process may not know all of them. */
export type SharedSettings = Readonly<Partial<Record<SharedName, string>>>;

type SharedSecrets = Readonly<{
  sessionSecret: string;
  deliveryKey: string;
  files: SecretSettings;
}>;

/** The contents of the files count, not where they are. */
export const sharedSettingsOf = (
  env: Readonly<Record<`CHANCERY_${"PUBLIC_URL" | "HOST" | "TSA_URL" | "VERIFY_AT"}`, string>>,
  { sessionSecret, deliveryKey, files }: SharedSecrets,
): Readonly<Record<SharedName, string>> => ({
  "session.key": sessionSecret,
  CHANCERY_PUBLIC_URL: env.CHANCERY_PUBLIC_URL,
  CHANCERY_HOST: env.CHANCERY_HOST,
  CHANCERY_WITNESS_POLICY: files.CHANCERY_WITNESS_POLICY_TEXT ?? "",
  CHANCERY_TSA_URL: env.CHANCERY_TSA_URL,
  CHANCERY_TSA_CA: files.CHANCERY_TSA_CA_TEXT ?? "",
  CHANCERY_VERIFY_AT: env.CHANCERY_VERIFY_AT,
  CHANCERY_DELIVERY_KEY: deliveryKey,
});

/** What the name of each node's session begins with; another version of this format has another. */
export const sessionPrefix = "chancery-node-1:";
/** PostgreSQL keeps 63 bytes of a session's name: five characters, 30 bits, for each digest. */
const digestLength = 5;
const digestOf = (name: string, value: string): string =>
  createHash("sha256").update(`${name}\0${value}`).digest("base64url").slice(0, digestLength);

/** In place of a digest, where a process doesn't know the setting. */
const unknown = ".".repeat(digestLength);

/** Which process a session is of: all of a node, or one that a service unit started. */
export type SessionKind = "node" | "gateway" | "console";
const marks: Readonly<Record<string, SessionKind>> = { g: "gateway", c: "console" };
const markOf: Readonly<Record<SessionKind, string>> = { node: "", gateway: "g", console: "c" };

/** The name of a session with the database: digests of the node and of its settings. */
export const sessionNameOf = (
  nodeId: string,
  settings: SharedSettings,
  kind: SessionKind = "node",
): string =>
  [
    sessionPrefix,
    digestOf("node", nodeId),
    ...names.map((name) =>
      settings[name] === undefined ? unknown : digestOf(name, settings[name]),
    ),
    markOf[kind],
  ].join("");

/** Of which process the session of this name is. */
export const kindOfSession = (sessionName: string): SessionKind =>
  marks[sessionName.slice(sessionPrefix.length + (names.length + 1) * digestLength)] ?? "node";

const digestsOf = (sessionName: string): string[] =>
  Array.from({ length: names.length + 1 }, (_, index) => {
    const start = sessionPrefix.length + index * digestLength;
    return sessionName.slice(start, start + digestLength);
  });

/** A session of an earlier version has fewer digests. */
const isKnown = (digest: string | undefined): digest is string =>
  digest?.length === digestLength && digest !== unknown;

export type Difference = Readonly<{ name: SharedName; consequence: "refuse" | "warn" }>;

/**
 * In what another process differs, by both sessions' names, of what both know; nothing if it is this
 * one itself.
 */
export function findDifferences(own: string, other: string): readonly Difference[] {
  const [ownNode, ...ownDigests] = digestsOf(own);
  const [otherNode, ...otherDigests] = digestsOf(other);
  if (ownNode === otherNode) return [];
  return names
    .filter((_, index) => {
      const [one, two] = [ownDigests[index], otherDigests[index]];
      return isKnown(one) && isKnown(two) && one !== two;
    })
    .map((name) => ({ name, consequence: shared[name] }));
}
