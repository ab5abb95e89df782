import { describe, expect, test } from "vitest";
import type { AuthorityInput } from "@/lib/authorities/schema";
import { getAuthority } from "@/lib/authorities/read-authorities";
import { sha256Hex } from "@/lib/format/hash";
import { createAuthority } from "@/lib/issuing/create-authority";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { completeSetup } from "@/lib/setup/complete-setup";
import { makeSigner } from "@/server/signer/make-signer";
import { adminActor } from "@/testing/actors";
import { createTestIdentity, setupRequest } from "@/testing/ca/create-test-ca";
import { makeCsr, refusalOf } from "@/testing/ca/requests";
import { type Harness, openHarness, testHostCaller } from "@/testing/harness";

const admin = adminActor();

const authorityInput = (name: string, over: Partial<AuthorityInput> = {}): AuthorityInput => ({
  name,
  parentId: null,
  keyAlgorithm: "ecdsa-p256",
  validityYears: 5,
  ...over,
});

describe("the setup", () => {
  const linkToken = "the token of the setup link";
  async function openEmpty(headlessDomains: readonly string[] | null): Promise<Harness> {
    const empty = await openHarness({ sequencer: false });
    const signer = makeSigner({
      ...empty.deps,
      db: empty.signerDb,
      kek: empty.kek,
      witnessDir: empty.witnessDir,
      tokens: {
        setupTokenSha256: sha256Hex(linkToken),
        adminTokenSha256: sha256Hex(testHostCaller.token),
      },
      headlessDomains,
    });
    Object.assign(empty.deps, { signer });
    return empty;
  }

  test("creates no CA without the token of the link, so a taken-over gateway makes none", async () => {
    const empty = await openEmpty(null);
    try {
      for (const token of ["", "guess", sha256Hex(linkToken)])
        expect((await refusalOf(completeSetup(empty.deps, admin, setupRequest, token))).code).toBe(
          "signer.setup-token",
        );
      expect(await empty.asSuper("select id from certificate where state = 'issued'")).toEqual([]);
      await completeSetup(empty.deps, admin, setupRequest, linkToken);
      expect((await getAuthority(empty.deps, admin, "issuing")).ceiling?.dns).toEqual([
        "example.com",
      ]);
    } finally {
      await empty.close();
    }
  });

  test("of the link confirms one root and one CA below it; each further one waits, with the token too", async () => {
    const empty = await openEmpty(null);
    try {
      await completeSetup(empty.deps, admin, setupRequest, linkToken);
      await empty.deps.signer.grantSetup({ token: linkToken, domains: ["evil.net"] });
      const { id: parentId } = await getAuthority(empty.deps, admin, "root");
      for (const input of [authorityInput("Root 2"), authorityInput("Issuing 2", { parentId })])
        expect((await createAuthority(empty.deps, admin, input)).result.status).toBe("pending");
      expect(await empty.asSuper("select domains from signer.setup_grant")).toEqual([
        { domains: ["example.com"] },
      ]);
    } finally {
      await empty.close();
    }
  });

  test("of the host's environment has the domains that it says, whatever the gateway passes on", async () => {
    const empty = await openEmpty(["corp.example"]);
    try {
      await completeSetup(empty.deps, admin, { ...setupRequest, domains: ["evil.net"] });
      expect((await getAuthority(empty.deps, admin, "issuing")).ceiling?.dns).toEqual([
        "corp.example",
      ]);
    } finally {
      await empty.close();
    }
  });
});

test("an upgraded CA gets a ceiling from its profiles and certificates at the start, once, with an entry", async () => {
  const old = await openHarness({ sequencer: false });
  try {
    await completeSetup(old.deps, admin, setupRequest);
    for (const place of ["signer.ceiling", "signer.ceiling_due"]) {
      await old.asSuper(`alter table ${place} disable trigger all`);
      await old.asSuper(`delete from ${place}`);
      await old.asSuper(`alter table ${place} enable always trigger no_change`);
    }
    const signer = makeSigner({
      ...old.deps,
      db: old.signerDb,
      kek: old.kek,
      witnessDir: old.witnessDir,
    });
    await signer.setDueCeilings();
    expect((await getAuthority(old.deps, admin, "issuing")).ceiling).toBeNull();
    // What the migration does.
    await old.asSuper("insert into signer.ceiling_due (key_id) select key_id from authority");
    const { entries } = await old.newEntries(() => signer.setDueCeilings());
    expect(entries.map(({ action, target }) => [action, target?.label])).toEqual([
      ["ceiling.set", "Example Root CA"],
      ["ceiling.set", "Example Issuing CA"],
    ]);
    await signer.setDueCeilings();
    expect((await getAuthority(old.deps, admin, "issuing")).ceiling).toMatchObject({
      dns: ["example.com"],
      version: 1,
      setBy: "the upgrade",
    });
    const identity = await createTestIdentity(old.deps, "pay", ["pay.example.com"]);
    const request = { profile: "tls-server", identity, csr: await makeCsr(["pay.example.com"]) };
    old.advance(3000);
    expect((await issueCertificate(old.deps, admin, request)).result.status).toBe("valid");
  } finally {
    await old.close();
  }
});
