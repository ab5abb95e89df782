import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { updateIdentity } from "@/lib/identities/update-identity";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  callers,
  editNames,
  heldBy,
  issueNames,
  makeHolder,
  makeNamesProfile,
  namesIn,
  outcomeOf,
} from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { decideShare } from "./decide-share";
import { listShares } from "./read-shares";
import type { ReleaseMode } from "./schema";
import { shareNames } from "./share-names";
import { transferNames } from "./transfer-names";
import { reconcile } from "@/lib/log/reconcile/reconcile";

let harness: Harness;
let deps: Deps;
let profile: string;
const admin = adminActor();
const HBA = "name.held-by-another";
const NH = "name.not-held";
let made = 0;
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps);
});
afterAll(async () => {
  await harness.close();
});

const own = (id: string) => callers.certificate(id);
const issue = (id: string, names: string) =>
  outcomeOf(issueNames(deps, own(id), { profile, identity: id, names }));
const transfer = (from: string, to: string, text: string, onRelease: ReleaseMode = "reserve") =>
  transferNames(deps, admin, from, { names: namesIn(text), to, onRelease, comment: "moved" });

describe("a transfer", () => {
  const makeTwo = async () => {
    const name = `DNS:x.t${++made}.e.example`;
    return { name, a: await makeHolder(deps, name), b: await makeHolder(deps) };
  };

  test("takes the right from one and gives it to the other in one step, each with its entry", async () => {
    const { name, a, b } = await makeTwo();
    await transfer(a.id, b.id, name);
    expect([await issue(a.id, name), await issue(b.id, name)]).toEqual([NH, "done"]);
    expect((await harness.entriesOf(a.id)).map(({ action }) => action)).toContain(
      "identity.names-transferred",
    );
    expect((await harness.entriesOf(b.id)).map(({ action }) => action)).toContain(
      "identity.names-added",
    );
  });

  test("of a name that certificates carry needs them revoked, or the administrator's word", async () => {
    const { name, a, b } = await makeTwo();
    const { id } = await issueNames(deps, own(a.id), { profile, identity: a.id, names: name });
    expect(await outcomeOf(transfer(a.id, b.id, name))).toBe("name.carried");
    expect(
      [await heldBy(deps, a.id), await heldBy(deps, b.id)].map(({ length }) => length),
    ).toEqual([1, 0]);
    await transfer(a.id, b.id, name, "revoke");
    const [row] = await harness.asSuper("select state from certificate where id = $1", [id]);
    expect(row?.["state"]).toBe("revoked");
    expect((await harness.entriesOf(id)).at(-1)?.action).toBe("certificate.revoked");
  });

  test("is an administrator's alone", async () => {
    const { name, a, b } = await makeTwo();
    const input = { names: namesIn(name), to: b.id, onRelease: "free", comment: "" } as const;
    for (const actor of [operatorActor(), own(a.id), own(b.id), callers.auditor()])
      expect(await outcomeOf(transferNames(deps, actor, a.id, input))).toBe("forbidden");
  });

  test("moves nothing that the identity doesn't hold, nor its own name", async () => {
    const { name, b } = await makeTwo();
    const a = await makeHolder(deps, `DNS:own.t${made}.e.example`, { name: `mover-${made}` });
    expect(await outcomeOf(transfer(b.id, a.id, name))).toBe(NH);
    expect(await outcomeOf(transfer(a.id, b.id, `CN:${a.name}`))).toBe("name.own-name");
    expect(await outcomeOf(transfer(a.id, "idn_nothing", name))).toBe("identity.not-found");
    expect((await heldBy(deps, a.id)).length).toBe(1);
  });

  test("of a pattern gives the names below it to the other identity", async () => {
    const domain = `t${++made}.e.example`;
    const a = await makeHolder(deps, `DNS:*.${domain}`);
    const b = await makeHolder(deps);
    expect(await outcomeOf(transfer(a.id, b.id, `DNS:*.${domain}`))).toBe("done");
    expect(await issue(b.id, `DNS:a.${domain}`)).toBe("done");
    expect(await outcomeOf(editNames(deps, admin, a.id, { add: `DNS:a.${domain}` }))).toBe(HBA);
  });

  test("lets no third identity have the name in between", async () => {
    for (let round = 0; round < 15; round++) {
      const { name, a, b } = await makeTwo();
      const c = await makeHolder(deps);
      const [moved, slipped] = await Promise.all([
        outcomeOf(transfer(a.id, b.id, name)),
        outcomeOf(editNames(deps, admin, c.id, { add: name })),
      ]);
      expect([moved, slipped]).toEqual(["done", HBA]);
      expect(await heldBy(deps, b.id)).toEqual([`${name.toLowerCase()} held`]);
    }
  });

  test("back and forth at once ends with one holder", async () => {
    for (let round = 0; round < 10; round++) {
      const { name, a, b } = await makeTwo();
      await Promise.all([
        outcomeOf(transfer(a.id, b.id, name)),
        outcomeOf(transfer(b.id, a.id, name)),
        outcomeOf(transfer(a.id, b.id, name)),
      ]);
      expect((await heldBy(deps, a.id)).length + (await heldBy(deps, b.id)).length).toBe(1);
    }
  });
});

describe("a decision about a share", () => {
  async function makeShare() {
    const name = `DNS:x.s${++made}.e.example`;
    const [a, b, c] = [
      await makeHolder(deps, name),
      await makeHolder(deps),
      await makeHolder(deps),
    ];
    const share = { names: namesIn(name), comment: "all three" };
    await shareNames(deps, admin, b.id, { ...share, with: [a.id] });
    await shareNames(deps, admin, c.id, { ...share, with: [a.id, b.id] });
    const { items } = await listShares(deps, admin, {});
    const id = items.find(({ members }) => members.some((one) => one.id === a.id))?.id ?? "";
    return { name, a, b, c, id };
  }
  const decide = (id: string, keep: string[], onRelease: ReleaseMode = "reserve") =>
    decideShare(deps, admin, id, { keep, onRelease, comment: "decided" });

  test("leaves the name to those that keep it, and the others lose the right at once", async () => {
    const { name, a, b, c, id } = await makeShare();
    await decide(id, [a.id, c.id]);
    expect([await issue(a.id, name), await issue(b.id, name), await issue(c.id, name)]).toEqual([
      "done",
      NH,
      "done",
    ]);
    expect(await outcomeOf(editNames(deps, admin, b.id, { add: name }))).toBe(HBA);
  });

  test("for one identity ends the share, and the name is exclusive", async () => {
    const { name, a, b, id } = await makeShare();
    await decide(id, [a.id]);
    const rows = await harness.asSuper(
      "select n.identity_id, n.share_id, s.state from identity_name n, name_share s where n.value = $1 and n.state = 'held' and s.id = $2",
      [name.slice(4), id],
    );
    expect(rows).toEqual([{ identity_id: a.id, share_id: null, state: "ended" }]);
    expect(await outcomeOf(decide(id, [a.id]))).toBe("name.share-not-found");
    expect(await outcomeOf(editNames(deps, admin, b.id, { add: name }))).toBe(HBA);
  });

  test("keeps a certificate of the others from coming back until the name is free", async () => {
    const { name, a, b, id } = await makeShare();
    const certificate = await issueNames(deps, own(b.id), { profile, identity: b.id, names: name });
    await decide(id, [a.id]);
    expect(await heldBy(deps, b.id)).toEqual([`${name.toLowerCase()} reserved`]);
    await revokeCertificate(deps, admin, certificate.id, { reason: "superseded" });
    expect(await issue(b.id, name)).toBe(NH);
    expect(await issue(a.id, name)).toBe("done");
  });

  test("is an administrator's alone, about members alone", async () => {
    const { a, id } = await makeShare();
    const stranger = await makeHolder(deps);
    expect(await outcomeOf(decide(id, [a.id, stranger.id]))).toBe("name.not-in-share");
    const input = { keep: [a.id], onRelease: "free", comment: "" } as const;
    for (const actor of [operatorActor(), own(a.id), callers.approver()])
      expect(await outcomeOf(decideShare(deps, actor, id, { ...input, keep: [a.id] }))).toBe(
        "forbidden",
      );
  });

  test("twice at once releases no one's name twice, and one identity at least keeps it", async () => {
    for (let round = 0; round < 8; round++) {
      const { a, b, c, id } = await makeShare();
      const outcomes = await Promise.all([
        outcomeOf(decide(id, [a.id])),
        outcomeOf(decide(id, [b.id])),
      ]);
      expect(outcomes.filter((one) => one === "done").length).toBe(1);
      const held = await Promise.all(
        [a, b, c].map(async (one) => (await heldBy(deps, one.id)).length),
      );
      expect(held.reduce((sum, one) => sum + one, 0)).toBe(1);
    }
  });

  test("the identity in the middle of a chain of shares can release, and neither end gets the other's name", async () => {
    const domain = `c${++made}.e.example`;
    const [a, b, c] = [
      await makeHolder(deps, `DNS:a.${domain}`),
      await makeHolder(deps),
      await makeHolder(deps, `DNS:c.${domain}`),
    ];
    const share = { names: namesIn(`DNS:*.${domain}`), with: [a.id, c.id], comment: "chain" };
    await shareNames(deps, admin, b.id, share);
    await editNames(deps, admin, b.id, { release: `DNS:*.${domain}` });
    expect([await issue(a.id, `DNS:c.${domain}`), await issue(c.id, `DNS:a.${domain}`)]).toEqual([
      NH,
      NH,
    ]);
    expect(await outcomeOf(editNames(deps, admin, a.id, { add: `DNS:c.${domain}` }))).toBe(HBA);
    expect(await issue(a.id, `DNS:a.${domain}`)).toBe("done");
    expect(await outcomeOf(editNames(deps, admin, a.id, { release: `DNS:a.${domain}` }))).toBe(
      "done",
    );
  });
});

test("a rename to a name that only the identity's own shared pattern covers is possible", async () => {
  const domain = `o${++made}.e.example`;
  const a = await makeHolder(deps, `DNS:*.${domain}`);
  const b = await makeHolder(deps);
  const share = { names: namesIn(`DNS:x.${domain}`), with: [a.id], comment: "both" };
  await shareNames(deps, admin, b.id, share);
  expect(await outcomeOf(updateIdentity(deps, admin, a.id, { name: `y.${domain}` }))).toBe("done");
  expect(await outcomeOf(updateIdentity(deps, admin, b.id, { name: `z.${domain}` }))).toBe(HBA);
});

test("the log explains every name that is held now, and each that a certificate was planned with", async () => {
  await harness.entries();
  const { problems } = await reconcile(harness.deps);
  expect(problems.filter((text) => /names/.test(text))).toEqual([]);
});
