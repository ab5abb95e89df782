import { certificateResources } from "./certificate-resources";
import { orderResources } from "./order-resources";
import { accountResources } from "./account-resources";
import { directoryResources } from "./directory-resources";
import type { Resource } from "./resource-types";

const resources: readonly Resource[] = [
  ...directoryResources,
  ...accountResources,
  ...orderResources,
  ...certificateResources,
];

export type FoundResource = Readonly<{
  name: string;
  methods: Resource["methods"];
  profile: string | null;
  params: readonly string[];
  query: URLSearchParams;
}>;

/** The resource at a request target, exactly as it is spelled: no escapes, no dots. */
export function findResource(target: string): FoundResource | null {
  const [path = "", query = ""] = target.split("?", 2);
  const match = /^\/acme\/(?:([a-z0-9-]{1,48})\/)?(.+)$/.exec(path);
  if (match === null) return null;
  const whole = path.slice("/acme/".length);
  for (const { name, ofDirectory, path: pattern, methods } of resources) {
    const plain = pattern.exec(whole);
    if (plain !== null) return found(name, methods, null, plain, query);
    const inProfile = ofDirectory ? pattern.exec(match[2] ?? "") : null;
    if (inProfile !== null) return found(name, methods, match[1] ?? null, inProfile, query);
  }
  return null;
}

const found = (
  name: string,
  methods: Resource["methods"],
  profile: string | null,
  match: RegExpExecArray,
  query: string,
): FoundResource => ({
  name,
  methods,
  profile,
  params: match.slice(1),
  query: new URLSearchParams(query),
});

/** Whether the ACME server answers on this path. */
export const isAcmePath = (url: string): boolean => url.startsWith("/acme/");
