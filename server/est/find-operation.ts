export const operationNames = ["cacerts", "csrattrs", "simpleenroll", "simplereenroll"] as const;
export type OperationName = (typeof operationNames)[number];
export type FoundOperation = Readonly<{ name: OperationName; label: string | null }>;

/** Whether the EST server answers on this path. */
export const isEstPath = (url: string): boolean => url.startsWith("/.well-known/est/");

const pattern = new RegExp(
  `^/\\.well-known/est/(?:([a-z0-9-]{1,48})/)?(${operationNames.join("|")})(?:\\?|$)`,
);

/** The operation at a request target, exactly as it is spelled: no escapes, no dots. */
export function findOperation(target: string): FoundOperation | null {
  const [, label = null, name] = pattern.exec(target) ?? [];
  return name === undefined ? null : { name: name as OperationName, label };
}

/** What anybody may ask for, with a refused certificate too: it shows what to trust. */
export const isPublicEstPath = (url: string): boolean => {
  const name = findOperation(url)?.name;
  return name === "cacerts" || name === "csrattrs";
};
