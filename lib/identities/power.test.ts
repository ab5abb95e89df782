import { describe, expect, test } from "vitest";
import { adminActor, assertedActor, operatorActor, system } from "@/testing/actors";
import { explainPower, findPowerRefusal } from "./power";
import type { IdentityPower } from "./schema";

const edge = (...powers: IdentityPower[]) => ({ name: "edge", powers });
const codeOf = (...request: Parameters<typeof findPowerRefusal>) =>
  findPowerRefusal(...request)?.code ?? "allowed";
const service = { role: "service", identityId: "idn_1" } as const;

describe("names of an identity that confers power", () => {
  test.each(["signs-in", "proxy"] as const)("with %s, only administrators change them", (power) => {
    expect(codeOf(adminActor(), edge(power), "names")).toBe("allowed");
    for (const actor of [
      operatorActor(),
      operatorActor({ ...service, kind: "certificate" }),
      operatorActor({ ...service, kind: "token" }),
      assertedActor(),
    ])
      expect(codeOf(actor, edge(power), "names")).toBe("identity.confers-power");
  });

  test("of Chancery itself, only its own jobs change them", () => {
    for (const actor of [adminActor(), operatorActor()])
      expect(codeOf(actor, edge("chancery"), "names")).toBe("identity.system");
    expect(codeOf(system, edge("chancery"), "names")).toBe("allowed");
  });
});

test("a proxy that also signs in is as closed as each alone, and the message names both", () => {
  const both = edge("signs-in", "proxy");
  expect(findPowerRefusal(operatorActor(), both, "issue")?.message).toBe(
    "edge can sign in to the console and is a trusted proxy, so only an administrator can issue certificates for it. Ask an administrator.",
  );
});

test("a token learns how to do it: with the certificate in a handshake", () => {
  const token = operatorActor({ ...service, kind: "token" });
  expect(findPowerRefusal(token, edge("signs-in"), "rotate")?.message).toMatch(
    /an API token can’t rotate its certificates\. Connect to the mTLS port/,
  );
  expect(findPowerRefusal(token, edge("proxy"), "rotate")?.message).toMatch(
    /an API token can’t rotate its certificates\. Ask an administrator\.$/,
  );
  expect(findPowerRefusal(assertedActor(), edge("proxy"), "rotate")?.message).toMatch(
    /a certificate that a proxy passes on can’t rotate/,
  );
});

test("pages explain only what is closed", () => {
  const explained = explainPower(operatorActor(), edge("proxy"), ["issue", "hold", "revoke"]);
  expect(Object.keys(explained)).toEqual(["issue"]);
  expect(explainPower(operatorActor(), edge(), ["issue", "hold"])).toEqual({});
});
