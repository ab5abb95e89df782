/** A call of a compatible API: which product's, and what of its path decides. */
export type VaultCall =
  | Readonly<{ api: "vault"; name: "health" | "lookup-self" | "renew-self" }>
  | Readonly<{ api: "vault"; name: "login" | "sign-intermediate"; mount: string }>
  | Readonly<{ api: "vault"; name: "sign"; mount: string; role: string }>
  | Readonly<{ api: "vault"; name: "file"; mount: string; file: VaultFile }>;
export type EjbcaCall = Readonly<{ api: "ejbca"; name: "status" | "cas" | "enroll" }>;
export type CompatCall = VaultCall | EjbcaCall;
/** What anyone may read below a mount. */
export type VaultFile = (typeof vaultFiles)[number];

const vaultFiles = [
  "ca",
  "ca/pem",
  "ca_chain",
  "cert/ca",
  "cert/ca_chain",
  "cert/crl",
  "crl",
  "crl/pem",
] as const;

const slug = "[a-z0-9-]{1,64}";
const loginPath = new RegExp(`^/v1/auth/(${slug})/login$`);
const signPath = new RegExp(`^/v1/(${slug})/sign/(${slug})$`);
const intermediatePath = new RegExp(`^/v1/(${slug})/root/sign-intermediate$`);
const filePath = new RegExp(`^/v1/(${slug})/(${vaultFiles.join("|")})$`);
const fixed: Readonly<Record<string, CompatCall>> = {
  "/v1/sys/health": { api: "vault", name: "health" },
  "/v1/auth/token/lookup-self": { api: "vault", name: "lookup-self" },
  "/v1/auth/token/renew-self": { api: "vault", name: "renew-self" },
  "/ejbca-rest-api/v1/certificate/status": { api: "ejbca", name: "status" },
  "/ejbca-rest-api/v1/ca/status": { api: "ejbca", name: "status" },
  "/ejbca-rest-api/v1/ca": { api: "ejbca", name: "cas" },
  "/ejbca-rest-api/v1/certificate/pkcs10enroll": { api: "ejbca", name: "enroll" },
};

/** EJBCA's own clients put the name of its application before the address. */
const ejbcaBase = "/ejbca";

/** The compatible API that answers on a path; null for other paths. */
export function compatApiOf(url: string): CompatCall["api"] | null {
  if (/^\/v1(?:[/?]|$)/.test(url)) return "vault";
  return /^(?:\/ejbca)?\/ejbca-rest-api(?:[/?]|$)/.test(url) ? "ejbca" : null;
}

/** The call at a request target, exactly as it is spelled: no escapes, no dots. */
export function findCall(target: string): CompatCall | null {
  const [path = ""] = target.split("?", 1);
  const own = path.startsWith(`${ejbcaBase}/`) ? path.slice(ejbcaBase.length) : path;
  if (Object.hasOwn(fixed, own)) {
    const call = fixed[own] ?? null;
    // Only EJBCA's addresses have that prefix.
    return own === path || call?.api === "ejbca" ? call : null;
  }
  return findBelowMount(path);
}

/** A call of Vault whose path names a mount. */
function findBelowMount(path: string): VaultCall | null {
  const login = loginPath.exec(path)?.[1];
  if (login !== undefined) return { api: "vault", name: "login", mount: login };
  const [, signMount, role] = signPath.exec(path) ?? [];
  if (signMount !== undefined && role !== undefined)
    return { api: "vault", name: "sign", mount: signMount, role };
  const intermediateMount = intermediatePath.exec(path)?.[1];
  if (intermediateMount !== undefined)
    return { api: "vault", name: "sign-intermediate", mount: intermediateMount };
  const [, mount, file] = filePath.exec(path) ?? [];
  return mount === undefined
    ? null
    : { api: "vault", name: "file", mount, file: file as VaultFile };
}

/** What anybody may ask for, with a refused certificate too: whether it works, and what to trust. */
export const isPublicCompatPath = (url: string): boolean => {
  const name = findCall(url)?.name;
  return name === "health" || name === "file" || name === "status" || name === "cas";
};
