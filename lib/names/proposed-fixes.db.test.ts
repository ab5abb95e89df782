import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { certificateMessages } from "@/lib/client-auth/certificate-messages";
import { errorCodes } from "@/lib/errors/codes";
import { trustProxy } from "@/lib/proxies/trust-proxy";
import { proxyInput } from "@/lib/proxies/schema";
import type { Deps } from "@/lib/runtime/deps";
import { adminActor, operatorActor } from "@/testing/actors";
import { createTestCa } from "@/testing/ca/create-test-ca";
import {
  callers,
  editNames,
  issueNames,
  makeHolder,
  makeNamesProfile,
  namesIn,
  outcomeOf,
} from "@/testing/ca/names-fixture";
import { refusalOf } from "@/testing/ca/requests";
import type { Harness } from "@/testing/harness";
import { shareNames } from "./share-names";
import { transferNames } from "./transfer-names";
import { reconcile } from "@/lib/log/reconcile/reconcile";

let harness: Harness, deps: Deps, profile: string;
beforeAll(async () => {
  harness = await createTestCa();
  ({ deps } = harness);
  profile = await makeNamesProfile(deps);
});
afterAll(async () => {
  await harness.close();
});

const makeProxyOf = (deps: Deps, identity: string) =>
  trustProxy(deps, adminActor(), proxyInput.parse({ identity, kind: "nginx" }));

describe("a refusal proposes what the one who reads it can do", () => {
  test("no client is sent to an operator for what only administrators do for some identities", () => {
    const texts = [
      ...Object.values(certificateMessages).map(({ detail }) =>
        detail({ issuer: "", notBefore: "", notAfter: "", ip: null }),
      ),
      ...Object.values(errorCodes).map(({ text }) => text),
    ];
    expect(texts.filter((text) => /ask an operator|an operator of Chancery/i.test(text))).toEqual(
      [],
    );
  });

  test("the token of a proxy isn't sent to the mTLS port, where its certificate counts for nothing", async () => {
    const { id } = await makeHolder(deps, "DNS:edge1.e.example");
    await makeProxyOf(deps, id);
    const request = { profile, identity: id, names: "DNS:edge1.e.example" };
    const { findings } = await refusalOf(issueNames(deps, callers.token(id), request));
    const message = findings.find(({ code }) => code === "identity.confers-power")?.message;
    expect(message).toMatch(/Ask an administrator\.$/);
    expect(message).not.toContain("mTLS");
    expect(await outcomeOf(issueNames(deps, adminActor(), request))).toBe("done");
  });

  test("an identity with power is sent to an administrator, where an operator could do nothing", async () => {
    const { id } = await makeHolder(deps);
    const request = { identity: id, names: "DNS:nobodys.e.example" };
    const closed = await makeNamesProfile(deps, {}, { selfService: false });
    const message = async () => {
      const attempt = issueNames(deps, callers.certificate(id), { ...request, profile: closed });
      const { findings } = await refusalOf(attempt);
      const codes = ["profile.not-self-service", "name.not-held"];
      expect(findings.map(({ code }) => code).toSorted()).toEqual(codes.toSorted());
      return findings.map((one) => one.message).join(" ");
    };
    expect(await message()).toContain("Ask an administrator or operator");
    await makeProxyOf(deps, id);
    const powered = await message();
    expect(powered).toContain("Ask an administrator");
    expect(powered).not.toContain("operator");
  });

  test("a share that leaves out a holder says which identity to name", async () => {
    const alpha = await makeHolder(deps, "DNS:both.e.example", { name: "alpha of shares" });
    const { id } = await makeHolder(deps);
    const input = { names: namesIn("DNS:both.e.example"), comment: "both serve it" };
    const error = await refusalOf(shareNames(deps, adminActor(), id, { ...input, with: [id] }));
    expect(error.code).toBe("name.held-by-another");
    expect(error.message).toContain(
      `alpha of shares holds DNS:both.e.example too. Add ${alpha.id} to \`with\``,
    );
    expect(
      await outcomeOf(shareNames(deps, adminActor(), id, { ...input, with: [alpha.id] })),
    ).toBe("done");
  });

  test("names of others are refused with the requested name, and how many there are", async () => {
    await makeHolder(deps, "DNS:*.many.e.example DNS:two.e.example");
    const { id } = await makeHolder(deps);
    const add = "DNS:a.many.e.example DNS:two.e.example DNS:free.e.example";
    const error = await refusalOf(editNames(deps, operatorActor(), id, { add }));
    expect(error.message).toMatch(
      /^DNS:\*\.many\.e\.example, which overlaps DNS:a\.many\.e\.example, belongs to .*One more name conflicts; see `holders`\.$/,
    );
    expect(error.findings.map(({ path }) => path)).toEqual(["add.0", "add.1"]);
  });

  test("a transfer says how to go on where certificates carry the name, and goes to no one else's place", async () => {
    const names = "DNS:moves.e.example";
    const from = await makeHolder(deps, names);
    const to = await makeHolder(deps);
    await issueNames(deps, adminActor(), { profile, identity: from.id, names });
    const input = { names: namesIn(names), comment: "moved", onRelease: "reserve" } as const;
    const transfer = (change: object) =>
      transferNames(deps, adminActor(), from.id, { ...input, to: to.id, ...change });
    expect((await refusalOf(transfer({}))).message).toMatch(/still carries .*"revoke".*"free"/);
    expect(await outcomeOf(transfer({ to: from.id, onRelease: "free" }))).toBe("name.unchanged");
    const own = { names: [{ type: "cn" as const, value: from.name }] };
    const refused = await refusalOf(transfer({ ...own, onRelease: "free" }));
    expect([refused.code, refused.findings[0]?.path]).toEqual(["name.own-name", "names.0"]);
    expect(await outcomeOf(transfer({ onRelease: "revoke" }))).toBe("done");
  });
});

test("the log explains every name that is held now, and each that a certificate was planned with", async () => {
  await harness.entries();
  const { problems } = await reconcile(harness.deps);
  expect(problems.filter((text) => /names/.test(text))).toEqual([]);
});
