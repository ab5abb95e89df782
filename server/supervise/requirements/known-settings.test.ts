import { expect, test } from "vitest";
import { requireKnownSettings } from "./known-settings";

test("a setting with a wrong name is refused, with the name that was probably meant", () => {
  expect(() => requireKnownSettings({ CHANCERY_HTTP_PROT: "3000", PATH: "/bin" })).toThrow(
    "CHANCERY_HTTP_PROT: did you mean CHANCERY_HTTP_PORT?",
  );
  expect(() =>
    requireKnownSettings({ CHANCERY_KEKFILE: "/k", CHANCERY_SOMETHING_ELSE_ENTIRELY: "1" }),
  ).toThrow(/CHANCERY_KEKFILE: did you mean CHANCERY_KEK_FILE\?\n {2}CHANCERY_SOMETHING_ELSE/);
});

test("settings of Chancery, of its tests and of other programs are accepted", () => {
  const settings = {
    CHANCERY_DATA: "/data",
    CHANCERY_KEK_FILE: "/kek",
    CHANCERY_SIGNER_UID: "60901",
    CHANCERY_TEST_POSTGRES: "x",
    HOME: "/root",
    CHANCERYX: "1",
  };
  expect(() => requireKnownSettings(settings)).not.toThrow();
});
