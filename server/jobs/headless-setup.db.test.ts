import { afterEach, expect, test } from "vitest";
import { type Harness, openHarness } from "@/testing/harness";
import { createTestCa } from "@/testing/ca/create-test-ca";
import { checkSetupSettings } from "./headless-setup";

const settings = {
  CHANCERY_ADMIN_EMAIL: "admin@example.com",
  CHANCERY_ADMIN_PASSWORD: "a long password",
  CHANCERY_ORGANIZATION: "Example",
  CHANCERY_DOMAINS: "",
};

let harness: Harness;
afterEach(() => harness.close());

test.each([
  [{ CHANCERY_ADMIN_PASSWORD: "short" }, /CHANCERY_ADMIN_PASSWORD: Use at least 12 characters/],
  [{ CHANCERY_ADMIN_EMAIL: "nobody" }, /CHANCERY_ADMIN_EMAIL: /],
  [{ CHANCERY_DOMAINS: "*" }, /CHANCERY_DOMAINS: /],
  [{ CHANCERY_ORGANIZATION: "" }, /also needs CHANCERY_ORGANIZATION/],
])("a start with settings that can't set it up fails and says why: %j", async (wrong, reason) => {
  harness = await openHarness();
  await expect(checkSetupSettings(harness.deps, { ...settings, ...wrong })).rejects.toThrow(reason);
});

test("settings that were used for an earlier setup are not looked at again", async () => {
  harness = await createTestCa();
  const earlier = { ...settings, CHANCERY_ADMIN_PASSWORD: "short" };
  await expect(checkSetupSettings(harness.deps, earlier)).resolves.toBeUndefined();
});
