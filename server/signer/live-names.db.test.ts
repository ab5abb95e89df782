import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { newId } from "@/lib/format/ids";
import { findSystemIdentity } from "@/lib/identities/read-identities";
import type { NewEntry } from "@/lib/log/types";
import { shareNames } from "@/lib/names/share-names";
import { transferNames } from "@/lib/names/transfer-names";
import { systemRules } from "@/lib/pki/system-rules";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { changeAsApplication, forgeForNames, type Forgery } from "@/testing/ca/forge-plan";
import {
  editNames,
  issueNames,
  makeHolder,
  makeNamesProfile,
  namesIn,
} from "@/testing/ca/names-fixture";
import { refusalOf } from "@/testing/ca/requests";
import { seizeNames } from "@/testing/ca/seize-names";
import type { Harness } from "@/testing/harness";

// With the application's database role and the signer at hand, someone rewrites who holds a name and
// tries to have a certificate signed for a name that another identity's valid certificate carries.
let harness: Harness, deps: Deps, profile: string;
const admin = adminActor();
let domains = 0;
/** A domain that no other test uses, in place of each `@@`. */
const inOwnDomain = (): ((text: string) => string) => {
  const domain = `live${++domains}.example.com`;
  return (text) => text.replaceAll("@@", domain);
};

beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps, {
    dnsPatterns: ["**.example.com", "localhost"],
    emailDomains: ["example.com"],
    uriPrefixes: ["spiffe://example.com/"],
  });
});
afterAll(() => harness.close());

const forgeFor = (identity: string, names: string, more: Partial<Forgery> = {}): Promise<string> =>
  forgeForNames(deps, identity, names, { profile, ...more });
const signFor = async (...forgery: Parameters<typeof forgeFor>): Promise<string> => {
  const id = await forgeFor(...forgery);
  await deps.signer.signCertificate(id);
  return id;
};
const refusalFor = async (...forgery: Parameters<typeof forgeFor>): Promise<string> =>
  (await refusalOf(deps.signer.signCertificate(await forgeFor(...forgery)))).code;
const issue = (identity: string, names: string) =>
  issueNames(deps, admin, { profile, identity, names });

describe("a name in a valid certificate of another identity stays its own", () => {
  test.each<[string, string, string, string]>([
    ["the name itself", "DNS:x.@@", "DNS:x.@@", "DNS:x.@@"],
    ["a wildcard that covers it", "DNS:x.@@", "DNS:*.@@", "DNS:*.@@"],
    ["a name that its wildcard covers", "DNS:*.@@", "DNS:x.@@", "DNS:x.@@"],
    ["an address", "IP:10.7.0.1", "IP:10.7.0.1", "IP:10.7.0.1"],
    ["an address of a network", "IP:10.8.0.1", "IP:10.8.0.0/16", "IP:10.8.0.1"],
    [
      "a SPIFFE ID",
      "URI:spiffe://example.com/@@",
      "URI:spiffe://example.com/@@",
      "URI:spiffe://example.com/@@",
    ],
    ["a mailbox", "email:al@example.com", "email:al@example.com", "email:al@example.com"],
    [
      "a mailbox with a tag",
      "email:bo@example.com",
      "email:bo+x@example.com",
      "email:bo+x@example.com",
    ],
    ["one of several names", "DNS:x.@@ DNS:y.@@", "DNS:y.@@", "DNS:y.@@"],
  ])("however its rows are rewritten: %s", async (_what, held, given, wanted) => {
    const at = inOwnDomain();
    const [a, b] = [await makeHolder(deps), await makeHolder(deps, at(held))];
    await issue(b.id, at(held));
    await seizeNames(deps, b.id, a.id, at(held), at(given));
    expect(await refusalFor(a.id, at(wanted))).toBe("signer.name-of-another");
  });

  test("as a common name too", async () => {
    const b = await makeHolder(deps, "", { name: "ledger" });
    const a = await makeHolder(deps);
    await issue(b.id, "CN:ledger");
    await seizeNames(deps, b.id, a.id, "CN:ledger");
    expect(await refusalFor(a.id, "CN:ledger")).toBe("signer.name-of-another");
  });

  test("while its certificate is on hold, and again after it was released", async () => {
    const at = inOwnDomain();
    const [a, b] = [await makeHolder(deps), await makeHolder(deps, at("DNS:x.@@"))];
    const { id } = await issue(b.id, at("DNS:x.@@"));
    await revokeCertificate(deps, admin, id, { reason: "certificateHold", comment: "" });
    await releaseCertificate(deps, admin, id, { comment: "" });
    await revokeCertificate(deps, admin, id, { reason: "certificateHold", comment: "" });
    await seizeNames(deps, b.id, a.id, at("DNS:x.@@"));
    expect(await refusalFor(a.id, at("DNS:x.@@"))).toBe("signer.name-of-another");
  });

  test("if the row of its certificate says that it failed", async () => {
    const at = inOwnDomain();
    const [a, b] = [await makeHolder(deps), await makeHolder(deps, at("DNS:x.@@"))];
    const id = await signFor(b.id, at("DNS:x.@@"));
    await changeAsApplication(
      deps,
      [
        {
          action: "certificate.failed",
          outcome: "failure",
          target: { kind: "certificate", id, label: "" },
          details: { cause: "forged" },
        },
      ],
      ["update certificate set state = 'failed' where id = $1", id],
    );
    await seizeNames(deps, b.id, a.id, at("DNS:x.@@"));
    expect(await refusalFor(a.id, at("DNS:x.@@"))).toBe("signer.name-of-another");
  });

  test("Chancery's own host among them", async () => {
    const https = (await findSystemIdentity(deps, "Chancery HTTPS"))?.id ?? "";
    const san = { ...systemRules["console-tls"].san, dnsPatterns: ["localhost"] };
    await signFor(https, "DNS:localhost", { profile: "console-tls", rules: { san } });
    const a = await makeHolder(deps);
    await seizeNames(deps, https, a.id, "", "DNS:localhost");
    expect(await refusalFor(a.id, "DNS:localhost")).toBe("signer.name-of-another");
    await signFor(https, "DNS:localhost", { profile: "console-tls", rules: { san } });
  });
});

describe("a name goes to another identity", () => {
  const withCertificate = async () => {
    const at = inOwnDomain();
    const name = at("DNS:x.@@");
    const [a, b] = [await makeHolder(deps), await makeHolder(deps, name)];
    return { at, a, b, name, certificate: await issue(b.id, name) };
  };

  test("once the certificate is revoked", async () => {
    const { a, b, name, certificate } = await withCertificate();
    await seizeNames(deps, b.id, a.id, name);
    await revokeCertificate(deps, admin, certificate.id, { reason: "superseded", comment: "" });
    expect(await signFor(a.id, name)).toMatch(/^crt_/);
  });

  test("once the certificate has expired", async () => {
    const { a, b, name } = await withCertificate();
    await seizeNames(deps, b.id, a.id, name);
    harness.advance(91 * 86_400_000);
    expect(await signFor(a.id, name)).toMatch(/^crt_/);
    harness.advance(-91 * 86_400_000);
  });

  test("by a share of an administrator, and then both renew", async () => {
    const { a, b, name } = await withCertificate();
    const names = namesIn(name);
    await shareNames(deps, admin, a.id, { names, with: [b.id], comment: "moving" });
    await issue(a.id, name);
    await issue(b.id, name);
    const wildcard = name.replace("DNS:x.", "DNS:*.");
    await shareNames(deps, admin, a.id, {
      names: namesIn(wildcard),
      with: [b.id],
      comment: "moving",
    });
    expect((await issue(a.id, wildcard)).status).toBe("valid");
  });

  test("by a transfer of an administrator, or if it is free at once", async () => {
    const { a, b, name } = await withCertificate();
    const names = namesIn(name);
    await transferNames(deps, admin, b.id, {
      names,
      to: a.id,
      onRelease: "free",
      comment: "moved",
    });
    await issue(a.id, name);
    const other = await withCertificate();
    await editNames(deps, admin, other.b.id, { release: other.name, onRelease: "free" });
    expect((await issue(other.a.id, other.name)).status).toBe("valid");
  });

  test("not by an earlier transfer of a name that came back", async () => {
    const { a, b, name } = await withCertificate();
    const names = namesIn(name);
    await transferNames(deps, admin, b.id, {
      names,
      to: a.id,
      onRelease: "free",
      comment: "moved",
    });
    await issue(a.id, name);
    await transferNames(deps, admin, a.id, { names, to: b.id, onRelease: "free", comment: "back" });
    harness.advance(1000);
    await issue(b.id, name);
    await seizeNames(deps, b.id, a.id, name);
    expect(await refusalFor(a.id, name)).toBe("signer.name-of-another");
  });

  test.each([
    ["identity.names-transferred", "revoke"],
    ["identity.names-released", "reserve"],
  ] as const)("not by an entry that opens no alert: %s with %s", async (action, onRelease) => {
    const { a, b, name } = await withCertificate();
    await seizeNames(deps, b.id, a.id, name);
    const details = { names: [name], to: a.id, onRelease, comment: "", reserved: [] };
    const target = { kind: "identity", id: b.id, label: "" };
    await changeAsApplication(deps, [{ action, outcome: "success", target, details } as NewEntry]);
    expect(await refusalFor(a.id, name)).toBe("signer.name-of-another");
  });

  test("not by a share that no entry records", async () => {
    const { a, b, name } = await withCertificate();
    await seizeNames(deps, b.id, a.id, name);
    const share = newId("shr", deps.clock.now(), deps.random.bytes);
    for (const place of ["identity_name", "name_share"])
      await harness.asSuper(`alter table ${place} disable trigger all`);
    await harness.asSuper(
      "insert into name_share (id, state, created_by, created_at, changed_at) values ($1, 'decided', 'no one', now(), now())",
      [share],
    );
    await harness.asSuper(
      "update identity_name set state = 'held', share_id = $1 where identity_id = any($2) and type = 'dns'",
      [share, [a.id, b.id]],
    );
    for (const [place, triggers] of [
      ["identity_name", ["is_fixed", "needs_entry", "no_delete", "no_truncate"]],
      ["name_share", ["needs_entry", "no_delete", "no_truncate"]],
    ] as const)
      for (const trigger of triggers)
        await harness.asSuper(`alter table ${place} enable always trigger ${trigger}`);
    expect(await refusalFor(a.id, name)).toBe("signer.name-of-another");
  });
});

describe("what the signer remembers of names", () => {
  test.each([
    "select * from signer.live_name",
    "delete from signer.live_name",
    "insert into signer.live_name values ('dns:001:x', 'idn_1', 'crt_1', now(), now())",
    "select signer.fill_live_names('-infinity', now())",
    "select * from signer.remember_names('{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', now())",
  ])("is out of reach for the application: %s", async (sql) => {
    await expect(harness.as("app", sql)).rejects.toMatchObject({ code: "42501" });
  });

  test("is filled from the certificates of a database that is upgraded, as it would have been remembered", async () => {
    const at = inOwnDomain();
    const b = await makeHolder(
      deps,
      at(
        "DNS:x.@@ DNS:*.@@ IP:10.7.9.1 IP:2001:db8::9 email:Cy+x@example.com URI:spiffe://example.com/@@/A",
      ),
      { name: `payments-${domains}` },
    );
    await issue(b.id, at("DNS:x.@@ DNS:*.@@ IP:10.7.9.1 IP:2001:db8::9"));
    await issue(b.id, "email:Cy+x@example.com");
    await issue(b.id, at(`URI:spiffe://example.com/@@/A CN:payments-${domains}`));
    const read = () =>
      harness.asSuper(
        "select key, certificate_id from signer.live_name where identity_id = $1 order by key, certificate_id",
        [b.id],
      );
    const remembered = await read();
    expect(remembered.length).toBe(7);
    await harness.asSuper("delete from signer.live_name where identity_id = $1", [b.id]);
    await harness.as("signer", "select signer.fill_live_names('-infinity', now())");
    expect(await read()).toEqual(remembered);
  });

  // Last, because it takes a guard of the database away.
  test("lets one of two have a name, if both ask at the same moment and the database lets both hold it", async () => {
    await harness.asSuper("alter table identity_name drop constraint name_has_one_holder");
    for (const [first, second] of [
      ["DNS:x.@@", "DNS:x.@@"],
      ["DNS:x.@@", "DNS:*.@@"],
      ["DNS:*.@@", "DNS:x.@@"],
    ] as const) {
      const at = inOwnDomain();
      const [a, b] = [await makeHolder(deps), await makeHolder(deps)];
      await seizeNames(deps, b.id, a.id, "", at(first));
      await seizeNames(deps, a.id, b.id, "", at(second));
      const plans = [await forgeFor(a.id, at(first)), await forgeFor(b.id, at(second))];
      const outcomes = await Promise.allSettled(plans.map((id) => deps.signer.signCertificate(id)));
      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    }
  });
});
