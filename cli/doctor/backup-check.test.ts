import { describe, expect, test } from "vitest";
import { evaluateBackup } from "./backup-check";

const settings = (more: Record<string, string> = {}) => more as unknown as NodeJS.ProcessEnv;
const day = 86_400;

describe("doctor on backups", () => {
  test.each<[string, number | null, Record<string, string>, string]>([
    ["a recent one is fine", day, {}, "ok"],
    ["none is only mentioned, as others may make them", null, {}, "info"],
    ["an old one is only mentioned", 8 * day, {}, "info"],
    ["on schedule is fine", day + 60, { CHANCERY_BACKUP_DIR: "/b" }, "ok"],
    ["none although there is a schedule fails", null, { CHANCERY_BACKUP_DIR: "/b" }, "fail"],
    ["two intervals late fails", 2 * day + 1, { CHANCERY_BACKUP_DIR: "/b" }, "fail"],
    [
      "the interval counts",
      7_300,
      { CHANCERY_BACKUP_DIR: "/b", CHANCERY_BACKUP_EVERY: "1 hour" },
      "fail",
    ],
  ])("%s", (_name, age, more, state) => {
    expect(evaluateBackup(age, settings(more)).state).toBe(state);
  });
});
