import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCaPermission } from "@/lib/ca-permissions/revoke-permission";
import { blockPublicKey } from "@/lib/certificates/block-key";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { acceptedOf } from "@/testing/accounts/accepted";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { changeNames } from "@/lib/names/change-names";
import { namesChange } from "@/lib/names/schema";
import type { Deps } from "@/lib/runtime/deps";
import { revokeToken } from "@/lib/tokens/revoke-token";
import { adminActor } from "@/testing/actors";
import type { CompatAsked } from "@/testing/gateway/compat-fixture";
import {
  askPermission,
  createSpireIdentity,
  decidePermission,
  openSpireGateway,
  type Spire,
  trustDomain,
} from "@/testing/gateway/spire-fixture";

let spire: Spire, deps: Deps;
const admin = adminActor();
const uri = `URI:spiffe://${trustDomain}`;

beforeAll(async () => {
  spire = await openSpireGateway();
  ({ deps } = spire.gateway.harness);
});
afterAll(async () => {
  await spire?.gateway.close();
});

/** Status, and the code in the text of the refusal. */
const refusalOf = ({ reply: { status, json, body } }: CompatAsked): string => {
  expect(json.errors, body).toHaveLength(1);
  return `${status} ${/Code: ([a-z.-]+)\./.exec(json.errors[0] ?? "")?.[1]}`;
};
/** The codes of the findings that the entry of a refusal has. */
const findingsOf = ({ entries }: CompatAsked): unknown =>
  entries.map(({ action, outcome, reason }) => [action, outcome, reason]);

/** A CSR by openssl, for a new key and with any extensions. */
const csr = (san: string | null, extensions: readonly string[] = [], key = "ec"): string =>
  execFileSync(
    "openssl",
    [
      "req",
      "-new",
      "-newkey",
      ...(key === "ec" ? ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] : [key]),
      "-nodes",
      "-keyout",
      "/dev/null",
      "-subj",
      "/C=US/O=SPIFFE",
      ...[...(san === null ? [] : [`subjectAltName=${san}`]), ...extensions].flatMap((one) => [
        "-addext",
        one,
      ]),
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  ).toString();
const bodyOf = (text: string, over = {}) => spire.body({ csr: text, uri_sans: "", ...over });

/** A trust domain of its own, with an identity and a token, in this state of its permission. */
async function another(state: "none" | "waiting" | "rejected" | "confirmed", count = 1000) {
  const domain = `td-${randomBytes(4).toString("hex")}.example.com`;
  const identity = await createSpireIdentity(deps, domain);
  const wish = { trustDomain: domain, count };
  const permission = state === "none" ? "" : await askPermission(deps, identity, wish);
  if (state === "rejected" || state === "confirmed")
    await decidePermission(deps, permission, state);
  const token = await spire.gateway.serviceToken(identity);
  const ask = (over = {}) => spire.mint(bodyOf(csr(`URI:spiffe://${domain}`)), { token, ...over });
  return { domain, identity, permission, token, ask };
}

describe("without a permission that allows it", () => {
  test("an identity that has none gets no CA certificate", async () => {
    const { ask } = await another("none");
    const asked = await ask();
    expect(refusalOf(asked)).toBe("403 compat.ca-refused");
    expect(asked.reply.json.errors[0]).toContain("permission denied: ");
    expect(asked.entries).toMatchObject([
      {
        action: "request.refused",
        outcome: "denied",
        actor: { kind: "token" },
        details: { via: "vault", code: "compat.ca-refused" },
      },
    ]);
  });

  test.each([["waiting"], ["rejected"]] as const)(
    "one that is %s counts for nothing",
    async (state) => {
      const asked = await (await another(state)).ask();
      expect(refusalOf(asked)).toBe("403 ca-permission.unconfirmed");
      expect(asked.entries).toMatchObject([{ action: "request.refused", outcome: "denied" }]);
    },
  );

  test("one that is revoked counts for nothing, at once", async () => {
    const { ask, permission } = await another("confirmed");
    expect((await ask()).reply.status).toBe(200);
    await revokeCaPermission(deps, admin, permission);
    expect(refusalOf(await ask())).toBe("403 ca-permission.revoked");
  });

  test("one that is used up gives no more, and what was refused isn't counted", async () => {
    const { ask, token } = await another("confirmed", 1);
    expect(refusalOf(await spire.mint(bodyOf(csr(null)), { token }))).toBe(
      "400 certificate.refused",
    );
    expect((await ask()).reply.status).toBe(200);
    const asked = await ask();
    expect(refusalOf(asked)).toBe("403 ca-permission.used-up");
    expect(asked.entries).toMatchObject([{ action: "request.refused", outcome: "denied" }]);
  });

  test("another trust domain than that of the permission is refused, also one below it", async () => {
    for (const name of ["evil.net", `sub.${trustDomain}`, "com"]) {
      const asked = await spire.mint(bodyOf(csr(`URI:spiffe://${name}`)));
      expect(refusalOf(asked)).toBe("403 ca-permission.not-covered");
      expect(asked.entries).toMatchObject([{ action: "request.refused", outcome: "denied" }]);
    }
  });

  test("another CA than that of the permission doesn't sign", async () => {
    const path = "/v1/issuing/root/sign-intermediate";
    expect(refusalOf(await spire.mint(spire.body(), { path }))).toBe(
      "403 ca-permission.not-covered",
    );
    expect(
      (await spire.mint(spire.body(), { path: path.replace("issuing", "root") })).reply.status,
    ).toBe(200);
  });

  test("after the identity released the trust domain", async () => {
    const { ask, identity, domain } = await another("confirmed");
    const release = [{ type: "uri", value: `spiffe://${domain}/*` }];
    await changeNames(deps, admin, identity, namesChange.parse({ release, onRelease: "reserve" }));
    const asked = await ask();
    expect(refusalOf(asked)).toBe("400 certificate.refused");
    expect(findingsOf(asked)).toEqual([["certificate.refused", "denied", "name.not-held"]]);
  });
});

describe("a CSR is refused", () => {
  test.each<[string, () => string, string]>([
    ["without a name", () => csr(null), "certificate.not-a-trust-domain"],
    ["for a SPIFFE ID with a path", () => csr(`${uri}/web`), "certificate.not-a-trust-domain"],
    [
      "with a DNS name too",
      () => csr(`${uri},DNS:a.example.com`),
      "certificate.not-a-trust-domain",
    ],
    [
      "with a second URI",
      () => csr(`${uri},URI:spiffe://evil.net`),
      "certificate.not-a-trust-domain",
    ],
    [
      "with a mailbox too",
      () => csr(`${uri},email:a@example.com`),
      "certificate.not-a-trust-domain",
    ],
    ["with an address too", () => csr(`${uri},IP:10.0.0.1`), "certificate.not-a-trust-domain"],
    ["for a DNS name alone", () => csr("DNS:a.example.com"), "certificate.not-a-trust-domain"],
    [
      "for another scheme",
      () => csr(`URI:https://${trustDomain}`),
      "certificate.not-a-trust-domain",
    ],
    ["with a port", () => csr(`${uri}:8443`), "certificate.not-a-trust-domain"],
    [
      "with a user name",
      () => csr(`URI:spiffe://x@${trustDomain}`),
      "certificate.not-a-trust-domain",
    ],
    [
      "that asks for no CA",
      () => csr(uri, ["basicConstraints=critical,CA:FALSE"]),
      "certificate.not-a-ca",
    ],
    [
      "that asks for a CA with others below it",
      () => csr(uri, ["basicConstraints=critical,CA:TRUE,pathlen:1"]),
      "certificate.not-a-ca",
    ],
    [
      "with a weak key",
      () => csr(uri, [], "rsa:1024"),
      "certificate.key-not-allowed key.rsa-too-short",
    ],
    [
      "with a key that is too short for a CA",
      () => csr(uri, [], "rsa:2048"),
      "certificate.key-not-allowed",
    ],
    ["that is none", () => "-----BEGIN NONSENSE-----", "csr.not-a-csr"],
  ])("%s, with an entry that says why", async (_title, make, codes) => {
    const asked = await spire.mint(bodyOf(make()));
    expect(refusalOf(asked)).toBe("400 certificate.refused");
    expect(findingsOf(asked)).toEqual([["certificate.refused", "denied", codes]]);
    expect(asked.entries).toMatchObject([
      { target: { kind: "identity", id: spire.identity }, details: { via: "vault" } },
    ]);
  });

  test("with a key that another identity has", async () => {
    const { token, domain } = await another("confirmed");
    const { file, sh } = spire.gateway;
    const [key, first, second] = [file("shared.key"), file("first.pem"), file("second.pem")];
    const make = (name: string, out: string) =>
      sh(
        `test -f "$K" || openssl ecparam -name prime256v1 -genkey -noout -out "$K"; openssl req -new -key "$K" -subj /O=x -addext "subjectAltName=URI:spiffe://$N" -out "$O"; cat "$O"`,
        { K: key, N: name, O: out },
      );
    expect((await spire.mint(bodyOf(await make(trustDomain, first)))).reply.status).toBe(200);
    const asked = await spire.mint(bodyOf(await make(domain, second)), { token });
    expect(findingsOf(asked)).toEqual([["certificate.refused", "denied", "key.other-identity"]]);
  });

  test("with a key that was blocked before it had a certificate", async () => {
    const text = csr(uri);
    await blockPublicKey(deps, admin, { key: text, comment: "" });
    expect(findingsOf(await spire.mint(bodyOf(text)))).toEqual([
      ["certificate.refused", "denied", "key.blocked"],
    ]);
  });

  test("with a key that was reported as compromised", async () => {
    const { file, sh } = spire.gateway;
    const [key, out] = [file("lost.key"), file("lost.pem")];
    const text = await sh(
      `openssl ecparam -name prime256v1 -genkey -noout -out "$K"; openssl req -new -key "$K" -subj /O=x -addext "subjectAltName=${uri}" -out "$O"; cat "$O"`,
      { K: key, O: out },
    );
    const { entries } = await spire.mint(bodyOf(text));
    const id = entries[0]?.target?.id ?? "";
    await revokeCertificate(deps, admin, id, { reason: "keyCompromise" });
    expect(findingsOf(await spire.mint(bodyOf(text)))).toEqual([
      ["certificate.refused", "denied", "key.blocked"],
    ]);
  });
});

describe("a field is refused that would change what the CA may do", () => {
  test.each<[string, object, string]>([
    ["more path length", { max_path_length: 1 }, "compat.bad-request"],
    ["any path length", { max_path_length: -1 }, "compat.bad-request"],
    [
      "names of Vault's own constraints",
      { permitted_dns_domains: "example.com" },
      "compat.bad-request",
    ],
    ["a subject from the CSR", { use_csr_values: true }, "compat.bad-request"],
    ["an end", { not_after: "2030-01-01T00:00:00Z" }, "compat.bad-request"],
    ["another format", { format: "jks" }, "compat.bad-request"],
    ["a lifetime that is none", { ttl: "soon" }, "compat.bad-request"],
    ["no CSR", { csr: "" }, "compat.bad-request"],
    ["another SPIFFE ID than in the CSR", { uri_sans: "spiffe://evil.net" }, "compat.names-differ"],
    ["a DNS name", { alt_names: "a.example.com" }, "compat.names-differ"],
    ["an address", { ip_sans: "10.0.0.1" }, "compat.names-differ"],
    ["a common name", { common_name: "Example Root CA" }, "compat.names-differ"],
  ])("%s", async (_title, over, code) => {
    const asked = await spire.mint(spire.body(over));
    expect(refusalOf(asked)).toBe(`400 ${code}`);
    expect(asked.entries).toMatchObject([{ action: "request.refused" }]);
  });

  test("a lifetime beyond the permission is cut to it, with a warning in the answer", async () => {
    for (const ttl of ["31536000", "8760h0m0s"]) {
      const { reply } = await spire.mint(spire.body({ ttl }));
      const seconds = reply.json.data.expiration - Date.now() / 1000;
      expect(seconds).toBeGreaterThan(7 * 86_400 - 60);
      expect(seconds).toBeLessThanOrEqual(7 * 86_400);
      expect(reply.json.warnings.join(" ")).toContain("was cut to 604800 seconds");
    }
    const { reply } = await spire.mint(spire.body({ ttl: "" }));
    expect(reply.json.data.expiration - Date.now() / 1000).toBeGreaterThan(7 * 86_400 - 60);
  });
});

describe("a credential is refused", () => {
  test("none, one that is unknown, one that is revoked, and one of staff", async () => {
    expect(refusalOf(await spire.mint(spire.body(), { token: undefined }))).toBe(
      "403 unauthenticated",
    );
    expect(refusalOf(await spire.mint(spire.body(), { token: "chy_guess" }))).toBe(
      "403 unauthenticated",
    );
    const token = await spire.gateway.tokenFor("admin");
    expect(refusalOf(await spire.mint(spire.body(), { token }))).toBe(
      "403 compat.identity-required",
    );
    const { ask, identity } = await another("confirmed");
    const rows = await spire.gateway.harness.asSuper(
      "select id from api_token where identity_id = $1",
      [identity],
    );
    await revokeToken(deps, admin, String(rows[0]?.["id"]));
    const asked = await ask();
    expect(refusalOf(asked)).toBe("403 unauthenticated");
    expect(asked.entries).toMatchObject([{ action: "request.refused" }]);
  });

  test("a token of an identity that has another power too", async () => {
    const { ask, identity } = await another("confirmed");
    expect((await ask()).reply.status).toBe(200);
    await trustProxy(deps, admin, {
      identity,
      kind: "nginx",
      hops: 1,
      scopes: ["forward-auth"],
      note: "",
      accepted: await acceptedOf(deps, identity),
    });
    const asked = await ask();
    expect(refusalOf(asked)).toBe("403 identity.confers-power");
    expect(asked.entries).toMatchObject([
      { action: "request.refused", outcome: "denied", details: { via: "vault" } },
    ]);
    expect(asked.reply.json.errors[0]).toContain("is a trusted proxy");
  });

  test("that of a suspended identity", async () => {
    const { ask, identity } = await another("confirmed");
    await suspendIdentity(deps, admin, identity, { comment: "" });
    expect((await ask()).reply.status).toBe(403);
  });
});
