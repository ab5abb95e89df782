import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { createIdentity } from "@/lib/identities/create-identity";
import { getIdentity } from "@/lib/identities/read-identities";
import { suspendIdentity } from "@/lib/identities/set-identity-status";
import { updateIdentity } from "@/lib/identities/update-identity";
import { previewCertificate } from "@/lib/issuing/preview-certificate";
import { rotateCertificate } from "@/lib/issuing/rotate-certificate";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  callers,
  csrFor,
  editNames,
  heldBy,
  inOwnDomain,
  issueNames,
  makeHolder,
  makeNamesProfile,
  nameCodes,
  outcomeOf,
} from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { reconcile } from "@/lib/log/reconcile/reconcile";

// The names that one identity holds, what is asked for another or for itself, and what comes of it.
// Each row uses a domain of its own, written as "e": d12.e.example.
let harness: Harness;
let deps: Deps;
let profile: string;
const admin = adminActor();
const operator = operatorActor();
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps);
});
afterAll(async () => {
  await harness.close();
});

const own = (id: string) => callers.certificate(id);

describe("a released name", () => {
  const released = async () => {
    const at = inOwnDomain();
    const a = await makeHolder(deps, at("DNS:x.@@"));
    const b = await makeHolder(deps);
    const name = at("DNS:x.@@");
    const certificate = await issueNames(deps, own(a.id), { profile, identity: a.id, names: name });
    await editNames(deps, operator, a.id, { release: name });
    return { at, a, b, name, certificate };
  };

  test("stays reserved while a certificate carries it, for all who ask, in each way", async () => {
    const { a, b, name } = await released();
    expect(await heldBy(deps, a.id)).toEqual([`${name.toLowerCase()} reserved`]);
    for (const actor of [operator, admin]) {
      expect(await outcomeOf(editNames(deps, actor, b.id, { add: name }))).toBe(nameCodes.HBA);
      const request = { profile, identity: b.id, names: name };
      expect(await outcomeOf(issueNames(deps, actor, request))).toBe(nameCodes.HBA);
      const preview = await previewCertificate(deps, actor, {
        ...request,
        csr: await csrFor(name),
      });
      expect(preview.names[0]).toMatchObject({ state: "held-by-another", holder: { id: a.id } });
      expect(preview.addNames).toEqual([]);
    }
  });

  test("is in no successor of the certificate that still carries it", async () => {
    const { a, name, certificate } = await released();
    const csr = await csrFor(name);
    for (const actor of [own(a.id), callers.token(a.id), operator, admin])
      expect(await outcomeOf(rotateCertificate(deps, actor, certificate.id, { csr }))).toBe(
        nameCodes.NH,
      );
    await editNames(deps, operator, a.id, { add: name });
    expect(await outcomeOf(rotateCertificate(deps, own(a.id), certificate.id, { csr }))).toBe(
      "done",
    );
  });

  test("is freed once its certificate is revoked, with an entry about the identity that had it", async () => {
    const { a, b, name, certificate } = await released();
    await revokeCertificate(deps, admin, certificate.id, { reason: "superseded" });
    await issueNames(deps, operator, { profile, identity: b.id, names: name });
    expect(await heldBy(deps, a.id)).toEqual([]);
    expect((await harness.entriesOf(a.id)).at(-1)).toMatchObject({
      action: "identity.name-freed",
      details: { name, takenBy: b.id },
    });
  });

  test("is no right: its old holder is refused it, and gets it back from staff alone", async () => {
    const { a, name } = await released();
    const request = { profile, identity: a.id, names: name };
    expect(await outcomeOf(issueNames(deps, own(a.id), request))).toBe(nameCodes.NH);
    expect(await outcomeOf(issueNames(deps, operator, { ...request, addNames: false }))).toBe(
      nameCodes.NH,
    );
    expect(await outcomeOf(issueNames(deps, operator, request))).toBe("done");
    expect(await outcomeOf(issueNames(deps, own(a.id), request))).toBe("done");
  });

  test("is still refused where one overlapping name is free and another is held", async () => {
    const { at, a, certificate } = await released();
    await makeHolder(deps, at("DNS:zz.@@"));
    await revokeCertificate(deps, admin, certificate.id, { reason: "superseded" });
    const c = await makeHolder(deps);
    const request = { profile, identity: c.id, names: at("DNS:*.@@") };
    expect(await outcomeOf(issueNames(deps, operator, request))).toBe(nameCodes.HBA);
    expect((await heldBy(deps, a.id)).length).toBe(1);
  });

  test("can be released, held by a pattern and released with it again", async () => {
    const { at, a, name } = await released();
    await editNames(deps, operator, a.id, { add: at("DNS:*.@@") });
    expect(await outcomeOf(editNames(deps, operator, a.id, { release: at("DNS:*.@@") }))).toBe(
      "done",
    );
    expect(await heldBy(deps, a.id)).toEqual([`${name.toLowerCase()} reserved`]);
  });

  test("is free at once if its certificates are revoked with it, or an administrator frees it", async () => {
    for (const onRelease of ["revoke", "free"] as const) {
      const at = inOwnDomain();
      const a = await makeHolder(deps, at("DNS:x.@@"));
      const b = await makeHolder(deps);
      const names = at("DNS:x.@@");
      const { id } = await issueNames(deps, own(a.id), { profile, identity: a.id, names });
      await editNames(deps, admin, a.id, { release: names, onRelease });
      const [row] = await harness.asSuper("select state from certificate where id = $1", [id]);
      expect(row?.["state"]).toBe(onRelease === "revoke" ? "revoked" : "issued");
      expect(await outcomeOf(editNames(deps, operator, b.id, { add: names }))).toBe("done");
    }
  });

  test("doesn't come back with a certificate that is released from hold after another got it", async () => {
    const at = inOwnDomain();
    const names = at("DNS:x.@@");
    const a = await makeHolder(deps, names);
    const b = await makeHolder(deps);
    const { id } = await issueNames(deps, own(a.id), { profile, identity: a.id, names });
    await revokeCertificate(deps, admin, id, { reason: "certificateHold" });
    await editNames(deps, admin, a.id, { release: names, onRelease: "free" });
    await editNames(deps, admin, b.id, { add: names });
    expect(await outcomeOf(releaseCertificate(deps, admin, id))).toBe("name.not-held");
    const [row] = await harness.asSuper("select state from certificate where id = $1", [id]);
    expect(row?.["state"]).toBe("held");
  });

  test("a name of a suspended identity stays its own", async () => {
    const at = inOwnDomain();
    const a = await makeHolder(deps, at("DNS:x.@@"));
    const b = await makeHolder(deps);
    await suspendIdentity(deps, admin, a.id, { comment: "" });
    expect(await outcomeOf(editNames(deps, operator, b.id, { add: at("DNS:x.@@") }))).toBe(
      nameCodes.HBA,
    );
  });

  test("is freed although a certificate carries it by administrators alone", async () => {
    const { a, name } = await released();
    const freed = { release: name, onRelease: "free" } as const;
    expect(await outcomeOf(editNames(deps, operator, a.id, freed))).toBe("forbidden");
    expect(await outcomeOf(editNames(deps, admin, a.id, freed))).toBe("done");
  });
});

describe("the name of an identity", () => {
  const create = (name: string, kind: "person" | "service" | "device") =>
    outcomeOf(createIdentity(deps, operator, { kind, name, owner: "team", note: "" }));

  test.each(["person", "service", "device"] as const)(
    "belongs to one identity over all kinds and spellings: no %s gets it too",
    async (kind) => {
      await makeHolder(deps, "", { name: `ledger ${kind}`, kind: "person" });
      expect(await create(`ledger ${kind}`, kind)).toBe("identity.exists");
      expect(await create(`LEDGER ${kind}`, kind)).toBe("identity.exists");
      expect(await create(`ｌedger ${kind}`, kind)).toBe("identity.exists");
      expect(await create(`led\u200bger ${kind}`, kind)).not.toBe("done");
    },
  );

  test("after a rename it is reserved while a certificate carries it, and free again afterwards", async () => {
    const a = await makeHolder(deps, "", { name: "teller" });
    const { id } = await issueNames(deps, own(a.id), {
      profile,
      identity: a.id,
      names: "CN:teller",
    });
    await updateIdentity(deps, operator, a.id, { name: "cashier" });
    expect(await create("teller", "service")).not.toBe("done");
    const b = await makeHolder(deps);
    expect(await outcomeOf(updateIdentity(deps, operator, b.id, { name: "teller" }))).not.toBe(
      "done",
    );
    await revokeCertificate(deps, admin, id, { reason: "superseded" });
    expect(await create("teller", "service")).toBe("done");
  });

  test("after a rename an old certificate can't be rotated to a name that is another's now", async () => {
    const a = await makeHolder(deps, "", { name: "porter" });
    const request = { profile, identity: a.id, names: "CN:porter", validitySeconds: 3600 };
    const { id } = await issueNames(deps, own(a.id), request);
    await updateIdentity(deps, operator, a.id, { name: "porter two" });
    harness.advance(2 * 3600 * 1000);
    expect(await create("porter", "service")).toBe("done");
    const csr = await csrFor("CN:porter");
    for (const actor of [own(a.id), operator, admin])
      expect(await outcomeOf(rotateCertificate(deps, actor, id, { csr }))).toMatch(
        /name\.(not-held|held-by-another)/,
      );
  });

  test("isn't released by an edit, whichever way the identity got it", async () => {
    const a = await makeHolder(deps, "CN:gamma", { name: "beta" });
    await updateIdentity(deps, operator, a.id, { name: "gamma" });
    expect(await outcomeOf(editNames(deps, operator, a.id, { release: "CN:gamma" }))).toBe(
      "name.own-name",
    );
    const { epoch } = await getIdentity(deps, admin, a.id);
    await updateIdentity(deps, operator, a.id, { names: [], epoch });
    const [row] = await harness.asSuper(
      "select state from identity_name where identity_id = $1 and value = 'gamma' and state <> 'released'",
      [a.id],
    );
    expect(row?.["state"]).toBe("held");
  });
});

test("the log explains every name that is held now, and each that a certificate was planned with", async () => {
  await harness.entries();
  const { problems } = await reconcile(harness.deps);
  expect(problems.filter((text) => /names/.test(text))).toEqual([]);
});
