import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { certbotScript, legoScript, type Enrollment } from "./acme-commands";

const enrollment: Enrollment = {
  directory: "https://ca.example.com:3443/acme/tls-server/directory",
  kid: "eab_01test",
  hmacKey: "-key_that-begins-with-a-hyphen",
  rootUrl: "http://ca.example.com:3000/ca/root.pem",
  name: "pay.example.com",
  email: "ops@example.com",
};

/** What a shell calls: each command with its arguments. */
function calls(script: string): string[][] {
  const stub = (name: string) => `${name}() { printf '%s\\0' ${name} "$@"; printf '\\n'; }`;
  const output = execFileSync(
    "sh",
    ["-c", `${["curl", "certbot", "lego"].map(stub).join("\n")}\n${script}`],
    { encoding: "utf8" },
  );
  return output
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\0").slice(0, -1));
}

test.each([
  ["certbot", certbotScript, "--eab-hmac-key=", "-d"],
  ["lego", legoScript, "--hmac=", "--domains"],
] as const)(
  "the script of %s fetches the root, and passes key, directory and name as single words",
  (program, make, keyOption, nameOption) => {
    const [curl, client = []] = calls(make(enrollment));
    expect(curl).toEqual(["curl", "-sfo", "root.pem", enrollment.rootUrl]);
    expect(client[0]).toBe(program);
    expect(client[client.indexOf("--server") + 1]).toBe(enrollment.directory);
    expect(client).toContain(`${keyOption}${enrollment.hmacKey}`);
    expect(client[client.indexOf(nameOption) + 1]).toBe(enrollment.name);
  },
);

test.each(["*.example.com", "a b", "it's", "$(touch x)", "`id`", "; rm -rf ."])(
  "%s is passed as it is and runs nothing",
  (name) => {
    for (const script of [certbotScript, legoScript]) {
      const [, client = []] = calls(script({ ...enrollment, name, email: name }));
      expect(client.filter((word) => word === name).length).toBeGreaterThan(0);
    }
  },
);
