import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemActor, type Actor } from "./actor";
import { assertOwns, authorize, permissions, scopeOf, type Permission } from "./permissions";
import { roles, type Role } from "./roles";

// Written out by hand: a change of a role's permissions has to be repeated here. A = all, o =
// own, - = nothing.
const expected: Readonly<Record<Permission, string>> = {
  //                       admin operator approver auditor service
  "overview.read": "A     A        A        A       -",
  "authorities.read": "A     A        A        A       -",
  "authorities.create": "A     -        -        -       -",
  "authorities.publish": "A     A        -        -       -",
  "profiles.read": "A     A        A        A       o",
  "profiles.write": "A     -        -        -       -",
  "identities.read": "A     A        A        A       -",
  "identities.write": "A     A        -        -       -",
  "names.manage": "A     -        -        -       -",
  "certificates.read": "A     A        A        A       o",
  "certificates.issue": "A     A        -        -       o",
  "certificates.rotate": "A     A        -        -       o",
  "certificates.revoke": "A     A        -        -       o",
  "certificates.hold": "A     A        -        -       -",
  "accounts.read": "A     -        -        A       -",
  "accounts.write": "A     -        -        -       -",
  "tokens.read": "A     -        -        A       -",
  "tokens.write": "A     -        -        -       -",
  "audit.read": "A     -        -        A       -",
  "audit.export": "A     -        -        A       -",
  "audit.verify": "A     -        -        A       -",
  "log.continue": "A     -        -        -       -",
  "custody.read": "A     A        A        A       -",
  "policies.read": "A     A        A        A       -",
  "policies.write": "A     -        -        -       -",
  "proxies.read": "A     -        -        A       -",
  "proxies.write": "A     -        -        -       -",
  "events.report": "-     -        -        -       o",
  "alerts.read": "A     A        A        A       -",
  "alerts.handle": "A     A        -        -       -",
  "rules.write": "A     -        -        -       -",
  "destinations.read": "A     -        -        A       -",
  "destinations.write": "A     -        -        -       -",
};
const order: readonly Role[] = ["admin", "operator", "approver", "auditor", "service"];
const scopes = { A: "all", o: "own", "-": "none" } as const;
const cells = permissions.flatMap((permission) =>
  expected[permission]
    .split(/ +/)
    .map((sign, i) => [order[i] ?? "admin", permission, scopes[sign as "A"]] as const),
);

const actorOf = (role: Role | null): Actor => ({
  ...systemActor("test", "req_1"),
  kind: role === null ? "anonymous" : "token",
  role,
  identityId: role === "service" ? "idn_mine" : null,
});
const codeOf = (act: () => unknown) => {
  try {
    act();
    return "allowed";
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test("the table covers every role and every permission", () => {
  expect(Object.keys(expected)).toEqual([...permissions]);
  expect([...order]).toEqual([...roles]);
  expect(cells).toHaveLength(roles.length * permissions.length);
});

test.each(cells)("%s × %s: %s", (role, permission, scope) => {
  expect(scopeOf(role, permission)).toBe(scope);
  expect(codeOf(() => authorize(actorOf(role), permission))).toBe(
    (scope as string) === "none" ? "forbidden" : "allowed",
  );
});

test.each([...permissions])(
  "an unauthenticated caller may not %s, and is asked to sign in",
  (permission) => {
    expect(scopeOf(null, permission)).toBe("none");
    expect(codeOf(() => authorize(actorOf(null), permission))).toBe("unauthenticated");
  },
);

test("no role but admin changes people, tokens, profiles or authorities, and none at all changes the record", () => {
  for (const permission of permissions.filter((name) =>
    /^(accounts|tokens|profiles)\.write$|^authorities\.create$/.test(name),
  )) {
    expect(
      roles.filter((role) => scopeOf(role, permission) !== "none"),
      permission,
    ).toEqual(["admin"]);
  }
  expect(permissions.filter((name) => name.startsWith("audit."))).toEqual([
    "audit.read",
    "audit.export",
    "audit.verify",
  ]);
});

describe("what belongs to another identity", () => {
  test("looks exactly like what does not exist", () => {
    expect(codeOf(() => assertOwns(actorOf("service"), "own", "idn_other", "certificate"))).toBe(
      "certificate.not-found",
    );
    expect(codeOf(() => assertOwns(actorOf("service"), "own", "idn_mine", "certificate"))).toBe(
      "allowed",
    );
    expect(codeOf(() => assertOwns(actorOf("admin"), "all", "idn_other", "certificate"))).toBe(
      "allowed",
    );
  });

  test("stays closed to a service token that names no identity", () => {
    expect(
      codeOf(() =>
        assertOwns({ ...actorOf("service"), identityId: null }, "own", "idn_other", "certificate"),
      ),
    ).toBe("certificate.not-found");
  });
});

// The console demands a permission in each page and action; these tests read the sources, so that
// a forgotten one is found.
const root = join(import.meta.dirname, "..", "..");
const filesOf = (folder: string, wanted: RegExp): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => wanted.test(name))
    .map((name) => join(folder, name));
const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

/** A file's text with that of the helpers in its folder that it imports. */
function withHelpers(file: string): string {
  const text = textOf(file);
  const helpers = [...text.matchAll(/from "(\.\/|@\/)(app\/)?([^"]+)"/g)]
    .map(([, start, app = "", rest = ""]) =>
      start === "./" ? join(dirname(file), `${rest}.ts`) : join(app, `${rest}.ts`),
    )
    .filter((path) => path.startsWith("app/"))
    .filter((path) => existsSync(join(root, path)));
  return [text, ...helpers.map(textOf)].join("\n");
}

// A page's repeated background request is no separate action and opens no page; it
// asks the session's role itself.
const asksTheRole = (text: string): boolean =>
  /\bactorOfSession\(/.test(text) && /\bscopeOf\(actor\.role, "/.test(text);

test("every page and route of the console opens itself with a permission", () => {
  const files = filesOf("app/(console)", /(^|\/)(page\.tsx|route\.ts)$/);
  expect(
    files.filter(
      (file) => !/\bopenPage\(/.test(withHelpers(file)) && !asksTheRole(withHelpers(file)),
    ),
  ).toEqual([]);
  expect(files.filter((file) => !/\bopenPage\(/.test(withHelpers(file)))).toEqual([
    "app/(console)/alerts/open/route.ts",
    "app/(console)/audit/log/alarms/route.ts",
    "app/(console)/audit/work/[id]/route.ts",
    "app/(console)/certificates/bulk/[id]/progress/route.ts",
  ]);
});

test("every server action of the console demands a permission, and ending one's own session is the only one that asks itself", () => {
  const open = filesOf("app/(console)", /\.tsx?$/).filter((file) => {
    const text = textOf(file);
    if (!/^\s*"use server"/m.test(text)) return false;
    const actions = text.match(/^export (?:const|async function|function) \w+/gm) ?? [];
    const guards =
      text.match(
        /\bdefine(?:Action|Query)\((?!\s*null\b)|\bopenPage\(|\bauthorize\(|\bscopeOf\(/g,
      ) ?? [];
    return actions.length > guards.length;
  });
  expect(open).toEqual(["app/(console)/sign-out.ts"]);
});
