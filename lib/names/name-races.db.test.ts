import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { releaseCertificate } from "@/lib/certificates/release-certificate";
import { revokeCertificate } from "@/lib/certificates/revoke-certificate";
import { createIdentity } from "@/lib/identities/create-identity";
import { updateIdentity } from "@/lib/identities/update-identity";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  callers,
  csrFor,
  editNames,
  heldBy,
  issueNames,
  makeHolder,
  makeNamesProfile,
  namesIn,
  outcomeOf,
} from "@/testing/ca/names-fixture";
import type { Harness } from "@/testing/harness";
import { issueCertificate } from "@/lib/issuing/issue-certificate";
import { shareNames } from "./share-names";
import { reconcile } from "@/lib/log/reconcile/reconcile";

// What happens at the same moment: each outcome is one of those that could have come one after the other.
let harness: Harness;
let deps: Deps;
let profile: string;
const admin = adminActor();
const operator = operatorActor();
const HBA = "name.held-by-another";
beforeAll(async () => {
  harness = await createTestCa({ connections: 20 });
  ({ deps } = harness);
  profile = await makeNamesProfile(deps);
});
afterAll(async () => {
  await harness.close();
});

/** Rows of two holders that overlap: none, ever. */
const countOverlaps = async (): Promise<unknown> =>
  (
    await harness.asSuper(
      "select count(*)::int as n from identity_name a join identity_name b on a.id < b.id and a.span && b.span and a.holder <> b.holder where a.state <> 'released' and b.state <> 'released'",
    )
  )[0]?.["n"];

const pair = () => Promise.all([makeHolder(deps), makeHolder(deps)]);

describe("two identities at once", () => {
  test.each([
    ["one name", "DNS:x.@@.e.example", "DNS:x.@@.e.example"],
    ["a name and a wildcard around it", "DNS:x.@@.e.example", "DNS:*.@@.e.example"],
    ["a mailbox and one with a tag", "email:@@@e.example", "email:@@+x@e.example"],
    ["a network and an address in it", "IP:10.@1.0.0/16", "IP:10.@1.2.3"],
    ["a prefix and a URI below it", "URI:spiffe://e.example/@@/*", "URI:spiffe://e.example/@@/x"],
  ])("ask for %s: one of them gets it", async (title, first, second) => {
    for (let round = 0; round < 8; round++) {
      const at = (text: string) =>
        text.replaceAll("@@", `r${round}-${title.length}`).replaceAll("@1", String(100 + round));
      const [a, b] = await pair();
      const outcomes = await Promise.all([
        outcomeOf(editNames(deps, admin, a.id, { add: at(first) })),
        outcomeOf(editNames(deps, admin, b.id, { add: at(second) })),
      ]);
      expect(outcomes.toSorted()).toEqual(["done", HBA]);
    }
    expect(await countOverlaps()).toBe(0);
  });

  test("are issued certificates for one name: one of them gets name and certificate", async () => {
    for (let round = 0; round < 8; round++) {
      const [a, b] = await pair();
      const names = `DNS:x.issue${round}.e.example`;
      const outcomes = await Promise.all(
        [a, b].map(({ id }) =>
          outcomeOf(issueNames(deps, operator, { profile, identity: id, names })),
        ),
      );
      expect(outcomes.toSorted()).toEqual(["done", HBA]);
    }
    expect(await countOverlaps()).toBe(0);
  });

  test("many are issued certificates together, two of them for one name: all but one get theirs, each with its entry", async () => {
    const holders: { id: string }[] = [];
    for (let at = 0; at < 12; at++) holders.push(await makeHolder(deps));
    const { result, entries } = await harness.during(() =>
      Promise.all(
        holders.map(({ id }, at) =>
          outcomeOf(
            issueNames(deps, operator, {
              profile,
              identity: id,
              names: `DNS:x${Math.max(at, 1)}.together.e.example`,
            }),
          ),
        ),
      ),
    );
    expect(result.toSorted()).toEqual([...Array<string>(11).fill("done"), HBA].toSorted());
    const added = entries.filter(({ action }) => action === "identity.names-added");
    expect(new Set(added.map(({ target }) => target?.id)).size).toBe(11);
    expect(entries.filter(({ action }) => action === "certificate.planned")).toHaveLength(11);
    expect(await countOverlaps()).toBe(0);
  });

  test("add the same names in opposite order: one gets all, and the others learn whose they are", async () => {
    for (let round = 0; round < 10; round++) {
      const names = Array.from(
        { length: 12 },
        (_none, n) => `DNS:n${n}.opposite${round}.e.example`,
      );
      const holders = await Promise.all([makeHolder(deps), makeHolder(deps), makeHolder(deps)]);
      const outcomes = await Promise.all(
        holders.map(({ id }, at) =>
          outcomeOf(
            editNames(deps, admin, id, {
              add: (at % 2 === 0 ? names : names.toReversed()).join(" "),
            }),
          ),
        ),
      );
      expect(outcomes.toSorted()).toEqual(["done", HBA, HBA]);
      const held = await Promise.all(
        holders.map(async ({ id }) => (await heldBy(deps, id)).length),
      );
      expect(held.toSorted((one, other) => one - other)).toEqual([0, 0, 12]);
    }
  });

  test("are created with one name, as different kinds: one of them is", async () => {
    for (let round = 0; round < 8; round++) {
      const create = (kind: "person" | "service") =>
        createIdentity(deps, operator, { kind, name: `twin ${round}`, owner: "me", note: "" });
      const outcomes = await Promise.all([create("person"), create("service")].map(outcomeOf));
      expect(outcomes.toSorted()).toEqual(["done", "identity.exists"]);
    }
  });

  test("exchange their names: none of them is left with the other's or without one", async () => {
    for (let round = 0; round < 6; round++) {
      const [a, b] = await Promise.all([
        makeHolder(deps, "", { name: `left ${round}` }),
        makeHolder(deps, "", { name: `right ${round}` }),
      ]);
      await Promise.all([
        outcomeOf(updateIdentity(deps, operator, a.id, { name: b.name })),
        outcomeOf(updateIdentity(deps, operator, b.id, { name: a.name })),
      ]);
      const own = await harness.asSuper(
        "select i.id from identity i join identity_name n on n.identity_id = i.id and n.type = 'cn' and n.value = i.name and n.state = 'held' where i.id = any($1)",
        [[a.id, b.id]],
      );
      expect(own.length).toBe(2);
    }
    expect(await countOverlaps()).toBe(0);
  });
});

describe("a name is released while a certificate with it is issued", () => {
  test(
    "the release reserves what was planned, or the certificate is refused: 100 rounds",
    { timeout: 120_000 },
    async () => {
      const outcomes = new Map<string, number>();
      for (let round = 0; round < 100; round++) {
        const names = `DNS:x.plan${round}.e.example`;
        const { id } = await makeHolder(deps, names);
        const csr = await csrFor(names);
        const own = callers.certificate(id);
        const [issued] = await Promise.all([
          outcomeOf(issueCertificate(deps, own, { profile, identity: id, csr })),
          editNames(deps, admin, id, { release: names }),
        ]);
        outcomes.set(issued, (outcomes.get(issued) ?? 0) + 1);
        const expected = issued === "done" ? [`${names.toLowerCase()} reserved`] : [];
        expect([issued, await heldBy(deps, id)]).toEqual([issued, expected]);
      }
      expect(
        [...outcomes.keys()].filter((one) => one !== "done" && one !== "name.not-held"),
      ).toEqual([]);
    },
  );

  test("an operator's issue that adds a name and an administrator's release of another exclude each other", async () => {
    for (let round = 0; round < 15; round++) {
      const first = `DNS:a.both${round}.e.example`;
      const second = `DNS:b.both${round}.e.example`;
      const { id } = await makeHolder(deps, first);
      const request = {
        profile,
        identity: id,
        names: `${first} ${second}`,
        addNames: namesIn(second),
      };
      const [issued] = await Promise.all([
        outcomeOf(issueNames(deps, operator, request)),
        editNames(deps, admin, id, { release: first }),
      ]);
      const held = await heldBy(deps, id);
      expect([issued, held]).toEqual(
        issued === "done"
          ? [issued, [`${first.toLowerCase()} reserved`, `${second.toLowerCase()} held`]]
          : ["name.additions-changed", []],
      );
    }
  });
});

test(
  "fifty certificates at once, each with a new name, are all issued for one identity",
  { timeout: 60_000 },
  async () => {
    const { id } = await makeHolder(deps);
    const csrs = await Promise.all(
      Array.from({ length: 50 }, (_none, n) => csrFor(`DNS:h${n}.fifty.e.example`)),
    );
    const outcomes = await Promise.all(
      csrs.map((csr) =>
        outcomeOf(issueCertificate(deps, operator, { profile, identity: id, csr })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome !== "done")).toEqual([]);
    expect((await heldBy(deps, id)).length).toBe(50);
  },
);

test("a reserved name that its holder takes back is not freed for another at the same moment", async () => {
  for (let round = 0; round < 25; round++) {
    const names = `DNS:x.back${round}.e.example`;
    const [a, b] = [await makeHolder(deps, names), await makeHolder(deps)];
    const { id } = await issueNames(deps, admin, { profile, identity: a.id, names });
    await editNames(deps, admin, a.id, { release: names });
    await revokeCertificate(deps, admin, id, { reason: "superseded" });
    const outcomes = await Promise.all(
      [a, b].map((one) => outcomeOf(editNames(deps, operator, one.id, { add: names }))),
    );
    expect(outcomes.toSorted()).toEqual(["done", HBA]);
    const held = [await heldBy(deps, a.id), await heldBy(deps, b.id)];
    expect(held.flat()).toEqual([`${names.toLowerCase()} held`]);
    expect(held[outcomes.indexOf("done")]).toEqual([`${names.toLowerCase()} held`]);
  }
});

test("a certificate isn't released from hold at the moment its name is released and given away", async () => {
  for (let round = 0; round < 25; round++) {
    const names = `DNS:x.hold${round}.e.example`;
    const [a, b] = [await makeHolder(deps, names), await makeHolder(deps)];
    const { id } = await issueNames(deps, admin, { profile, identity: a.id, names });
    await revokeCertificate(deps, admin, id, { reason: "certificateHold" });
    const [unheld] = await Promise.all([
      outcomeOf(releaseCertificate(deps, admin, id)),
      editNames(deps, admin, a.id, { release: names, onRelease: "revoke" }),
    ]);
    await editNames(deps, admin, b.id, { add: names });
    const [row] = await harness.asSuper("select state from certificate where id = $1", [id]);
    expect(["done", "name.not-held", "certificate.state"]).toContain(unheld);
    expect(row?.["state"]).toBe("revoked");
  }
});

test("a share and a release at once leave no rows of two holders that overlap, and no share of one", async () => {
  for (let round = 0; round < 15; round++) {
    const [a, b] = [await makeHolder(deps, `DNS:*.sh${round}.e.example`), await makeHolder(deps)];
    const names = namesIn(`DNS:x.sh${round}.e.example`);
    await Promise.all([
      outcomeOf(shareNames(deps, admin, b.id, { names, with: [a.id], comment: "both" })),
      outcomeOf(editNames(deps, admin, a.id, { release: `DNS:*.sh${round}.e.example` })),
    ]);
  }
  expect(await countOverlaps()).toBe(0);
  const lonely = await harness.asSuper(
    "select s.id from name_share s where s.state <> 'ended' and (select count(distinct identity_id) from identity_name n where n.share_id = s.id and n.state <> 'released') < 2",
  );
  expect(lonely).toEqual([]);
});

test("the log explains every name that is held now, and each that a certificate was planned with", async () => {
  await harness.entries();
  const { problems } = await reconcile(harness.deps);
  expect(problems.filter((text) => /names/.test(text))).toEqual([]);
});
