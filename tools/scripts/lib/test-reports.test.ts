import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./root.mjs";
import { failuresOfPlaywright, failuresOfVitest } from "./test-reports.mjs";

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;

test("each failed test is named with its file, its title and how its error begins", () => {
  const assertionResults = [
    { status: "passed", fullName: "holds", failureMessages: [] },
    {
      status: "failed",
      fullName: "a revoked certificate is refused",
      failureMessages: [`${red("AssertionError: expected 200 to be 403")}\n    at lib/a.test.ts:1`],
    },
  ];
  const name = join(root, "lib/a.test.ts");
  expect(failuresOfVitest({ testResults: [{ name, status: "failed", assertionResults }] })).toEqual(
    [
      "lib/a.test.ts › a revoked certificate is refused\n    AssertionError: expected 200 to be 403",
    ],
  );
});

test("a file that broke outside its tests is named with its error", () => {
  const file = { name: join(root, "lib/b.test.ts"), message: "Cannot find module './c'" };
  const passed = [{ status: "passed", fullName: "holds", failureMessages: [] }];
  for (const assertionResults of [[], passed])
    expect(
      failuresOfVitest({ testResults: [{ ...file, status: "failed", assertionResults }] }),
    ).toEqual(["lib/b.test.ts\n    Cannot find module './c'"]);
});

test("a journey that passed only when it was repeated is named, and one that passed is not", () => {
  const failed = { error: { message: "Expected: <= 0\n\nReceived: 1030" } };
  const specs = [
    { file: "a.spec.ts", title: "passes", tests: [{ status: "expected", results: [{}] }] },
    { file: "a.spec.ts", title: "fails", tests: [{ status: "unexpected", results: [failed] }] },
    { file: "a.spec.ts", title: "wavers", tests: [{ status: "flaky", results: [failed, {}] }] },
  ];
  const error = "\n    Expected: <= 0\n    Received: 1030";
  expect(failuresOfPlaywright({ errors: [], suites: [{ suites: [{ specs }] }] })).toEqual([
    `a.spec.ts › fails${error}`,
    `a.spec.ts › wavers (passed later)${error}`,
  ]);
  const broken = { errors: [{ message: "No tests found" }], suites: [] };
  expect(failuresOfPlaywright(broken)).toEqual(["e2e\n    No tests found"]);
});
