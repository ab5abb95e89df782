import { randomBytes } from "node:crypto";
import type { Api, Certificate, Page as Items } from "./api";
import { createCsr } from "./openssl";
import { raiseAlert } from "./raise-alert";
import { adminApi } from "./world";

/** Makes a text of so many characters, the longest that a field accepts. */
export type Writer = (length: number) => string;

/** Nothing in it lets a line break. */
export const unbroken: Writer = (length) => fill("Wm", length);
/** Words with spaces between them. */
export const spaced: Writer = (length) => fill("Platform Wmm ", length);

// Unique, since a run that continues after a failure makes it again.
const fill = (part: string, length: number): string =>
  `${randomBytes(3).toString("hex")}${part.repeat(length)}`.slice(0, length - 1) + "X";

/**
 * By route, the path of the page of what was made; one more with fields filled in; and what takes it
 * away again.
 */
export type LongThings = Readonly<{
  paths: Readonly<Record<string, string>>;
  filledForm: string;
  remove: () => Promise<void>;
}>;

/** Makes one of everything that has a name, each with texts as long as the API accepts. */
export async function createLongThings(text: Writer): Promise<LongThings> {
  const api = adminApi();
  const identity = await created(api, "/identities", {
    kind: "service",
    name: text(64),
    owner: text(254),
    note: text(2000),
  });
  const { hosts, certificate } = await issueLong(api, identity.id);
  const profile = await createProfile(api, text);
  const policy = await created(api, "/policies", longPolicy(text, identity.id));
  await createCredentials(api, text, { identity: identity.id, host: hosts[1] ?? "" });
  const proxy = await createProxy(api, text);
  const destination = await created(api, "/destinations", {
    name: text(100),
    minSeverity: "critical",
    config: { kind: "webhook", url: `https://hooks.example.com/${"w".repeat(2000)}` },
  });
  await raiseAlert(text(40));
  const alert = (await api.get<Items<{ id: string }>>("/alerts?limit=1")).body.items[0]?.id ?? "";
  const exception = await created(api, "/alerts/exceptions", {
    rule: "first-network",
    subjectKind: "certificate",
    subjectId: certificate.id,
    subjectLabel: text(200),
    days: 1,
    comment: text(1000),
  });
  const bulks = [
    await assignLong(api, text, identity.id),
    await revokeLong(api, certificate.id),
    await acknowledgeLong(api, text, alert),
  ];
  return {
    paths: {
      "/alerts/[id]": `/alerts/${alert}`,
      "/alerts/bulk/[id]": `/alerts/bulk/${bulks[2]}`,
      "/audit/[seq]": "/audit/3",
      "/authorities/[id]": `/authorities/${certificate.authority.id}`,
      "/certificates/[id]": `/certificates/${certificate.id}`,
      "/certificates/bulk/[id]": `/certificates/bulk/${bulks[1]}`,
      "/identities/[id]": `/identities/${identity.id}`,
      "/identities/bulk/[id]": `/identities/bulk/${bulks[0]}`,
      "/policies/[id]": `/policies/${policy.id}`,
      "/profiles/[id]": `/profiles/${profile.id}`,
      "/profiles/[id]/edit": `/profiles/${profile.id}/edit`,
      "/settings/delivery/[id]": `/settings/delivery/${destination.id}`,
    },
    filledForm: `/certificates/new?identity=${identity.id}`,
    remove: async () => {
      await api.post(`/destinations/${destination.id}/remove`, {});
      await api.post(`/proxies/${proxy.id}/remove`, {});
      await api.post(`/profiles/${profile.id}/retire`, {});
      await api.post(`/alerts/exceptions/${exception.id}/end`, {});
    },
  };
}

async function created(api: Api, path: string, input: object): Promise<{ id: string }> {
  const { status, body } = await api.post<{ id: string }>(path, input);
  if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** With the longest common name, and names of 253 characters (RFC 1035 §2.3.4). */
async function issueLong(api: Api, identity: string) {
  const label = (length: number) =>
    `${randomBytes(3).toString("hex")}${"m".repeat(length)}`.slice(0, length);
  const short = `${label(52)}.example.com`;
  const long = [1, 2].map(() => `${label(63)}.${label(63)}.${label(63)}.${label(49)}.example.com`);
  const hosts = [short, ...long];
  const { pem: csr } = await createCsr(hosts);
  const input = { profile: "tls-server", identity, csr };
  const { status, body } = await api.post<Certificate>("/certificates", input);
  if (status !== 201) throw new Error(`No certificate was issued: ${JSON.stringify(body)}`);
  return { hosts, certificate: body };
}

async function createProfile(api: Api, text: Writer): Promise<{ id: string }> {
  type Profile = Readonly<{ slug: string; authorityId: string | null; rules: object }>;
  const { items } = (await api.get<Items<Profile>>("/profiles")).body;
  const { rules, authorityId } = items.find(({ slug }) => slug === "tls-server") ?? {};
  return created(api, "/profiles", {
    slug: `l${randomBytes(3).toString("hex")}${"w".repeat(41)}`,
    name: text(100),
    description: text(500),
    authority: authorityId,
    rules: {
      ...rules,
      subject: { commonName: "optional", fixed: [{ type: "O", value: text(64) }] },
    },
  });
}

const longPolicy = (text: Writer, identity: string) => ({
  service: `s${randomBytes(3).toString("hex")}${"w".repeat(41)}`,
  name: text(100),
  description: text(500),
  rules: [
    {
      name: text(100),
      effect: "allow",
      identities: [identity],
      methods: ["PROPFIND", `X-${"W".repeat(30)}`],
      paths: [`/${"w".repeat(511)}`],
      networks: ["2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff/128"],
    },
  ],
});

async function createCredentials(
  api: Api,
  text: Writer,
  { identity, host }: Readonly<{ identity: string; host: string }>,
): Promise<void> {
  await created(api, "/tokens", { name: text(100), role: "service", identityId: identity });
  await created(api, "/users", {
    email: `${randomBytes(3).toString("hex")}${"m".repeat(58)}@${"m".repeat(60)}.example.com`,
    name: text(100),
    role: "auditor",
  });
  await created(api, `/identities/${identity}/acme-keys`, { names: [host] });
  await created(api, `/identities/${identity}/enrollment-secrets`, {
    profile: "tls-server",
    networks: ["2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff/128", "10.0.0.0/8"],
  });
}

async function createProxy(api: Api, text: Writer): Promise<{ id: string }> {
  const { id } = await created(api, "/identities", {
    kind: "service",
    name: text(64),
    owner: text(254),
  });
  return created(api, "/proxies", { identity: id, kind: "rfc9440", note: text(500) });
}

async function startBulk(api: Api, input: object): Promise<string> {
  const { body } = await api.post<{ count: number; sha256: string }>("/bulk-acts/preview", input);
  const { count, sha256 } = body;
  return (await created(api, "/bulk-acts", { ...input, expect: { count, sha256 } })).id;
}
const assignLong = (api: Api, text: Writer, identity: string) =>
  startBulk(api, { act: "assign", owner: text(254), identities: [identity], comment: text(500) });
const revokeLong = (api: Api, certificate: string) =>
  startBulk(api, { act: "revoke", reason: "superseded", ids: [certificate] });
const acknowledgeLong = (api: Api, text: Writer, alert: string) =>
  startBulk(api, { act: "acknowledge", alerts: [alert], comment: text(500) });
