import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { installGuides } from "./install-steps";

const fingerprint = "0a1b".repeat(16);
const root = {
  slug: "root",
  fingerprintSha256: fingerprint,
  pemUrl: "http://ca.example.com:3000/ca/root.pem",
  derUrl: "http://ca.example.com:3000/ca/root.cer",
};
const codeOf = (value: string, of = root): string =>
  installGuides(of)
    .find((guide) => guide.value === value)
    ?.steps.map(({ code }) => code)
    .join("\n") ?? "";

describe("how to install a root", () => {
  test("covers the systems that people have, each once", () => {
    expect(installGuides(root).map(({ label }) => label)).toEqual([
      "Debian, Ubuntu",
      "RHEL, Fedora",
      "Windows",
      "macOS",
      "Firefox",
      "Java",
    ]);
  });

  test.each(["debian", "rhel", "windows", "macos", "java"])(
    "downloads it and shows what to compare before anything is installed: %s",
    (value) => {
      const code = codeOf(value).toLowerCase();
      const shown = code.replaceAll(":", "").indexOf(fingerprint);
      const installed = code
        .replaceAll(":", "")
        .search(/install -m|import-cert|-importcert|add-trusted/);
      expect(code).toMatch(/http:\/\/ca\.example\.com:3000\/ca\/root\.(pem|cer)/);
      expect(shown).toBeGreaterThan(0);
      expect(installed).toBeGreaterThan(shown);
    },
  );

  test.each(["debian", "rhel", "macos", "java"])(
    "keeps a URL with characters of the shell one word: %s",
    (value) => {
      const pemUrl = "http://ca.example.com/a'b;$(touch x)&/ca/root.pem";
      const [first = ""] = codeOf(value, { ...root, pemUrl }).split("\n");
      const words = execFileSync("sh", ["-c", first.replace("curl", "printf '%s\\n'")], {
        encoding: "utf8",
      });
      expect(words.trimEnd().split("\n").at(-1)).toBe(pemUrl);
    },
  );

  test("gives Firefox a policy that is JSON and names the file of the steps for Debian", () => {
    const policy = JSON.parse(codeOf("firefox")) as {
      policies: { Certificates: { Install: string[] } };
    };
    const [path = ""] = policy.policies.Certificates.Install;
    expect(codeOf("debian")).toContain(path);
  });
});
