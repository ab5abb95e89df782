import { describe, expect, test } from "vitest";
import { evaluateWithTrace, type PolicyRequest } from "./evaluate-policy";
import { policyRule, type PolicyRule } from "./schema";

const rule = (name: string, effect: "allow" | "deny", paths: readonly string[] = []): PolicyRule =>
  policyRule.parse({ name, effect, paths });
const facts: Omit<PolicyRequest, "path"> = {
  identityId: "idn_a",
  identityKind: "service",
  profile: "tls-client-service",
  method: "GET",
  ip: "10.0.0.7",
};
const decide = (rules: readonly PolicyRule[], path: string) =>
  evaluateWithTrace({ status: "active", version: 1, rules }, { ...facts, path });
const anything = rule("anything", "allow");
const below = [rule("no admin", "deny", ["/admin/**"]), anything];

/** The server that takes each for /admin or something below it. */
const spellings: readonly (readonly [string, string])[] = [
  ["IIS, Windows, macOS: case", "/Admin"],
  ["case of one letter", "/admi%4E/x"],
  ["Spring MVC: any extension", "/admin.json"],
  ["Spring MVC: any extension, in capitals", "/admin.JSON"],
  ["Rails: a format", "/admin.xml?x=1"],
  ["Apache MultiViews: the script, and a path after it", "/admin.php/users"],
  ["Struts", "/admin.action"],
  ["clean addresses", "/admin.html"],
  ["the source of a script", "/admin.php.bak"],
  ["the copy of an editor", "/admin~"],
  ["the copy of an editor, with an extension", "/admin.php~"],
  ["copies of copies", "/admin.php~~~~~~.bak~"],
  ["an old version in an archive", "/admin.tar.gz"],
  ["an extension in a path below", "/admin.d/x/y"],
  ["Windows: a short name", "/ADMIN~1"],
  ["Windows: a short name with an extension", "/ADMIN~1.HTM"],
  ["Windows: a short name with a checksum", "/AD1F2A~1/x"],
  ["NTFS: the stream of the file", "/admin::$DATA"],
  ["NTFS: the index of the folder", "/admin:$i30:$INDEX_ALLOCATION/x"],
  ["Windows: a dot at the end", "/admin."],
  ["Windows: dots and spaces at the end", "/admin.%20.%20"],
  ["trimmed: a space", "/admin%20/x"],
  ["trimmed: a space before it", "/%20admin"],
  ["trimmed: a plus sign", "/admin+"],
  ["trimmed: a no-break space", "/admin%C2%A0"],
  ["trimmed: an ideographic space", "/%E3%80%80admin"],
  ["trimmed: a line separator", "/admin%E2%80%A8/x"],
  ["skipped: zero-width space", "/admin%E2%80%8B/x"],
  ["skipped: zero-width space inside", "/ad%E2%80%8Bmin"],
  ["skipped: zero-width joiner", "/admin%E2%80%8D"],
  ["skipped: soft hyphen", "/ad%C2%ADmin/x"],
  ["skipped: byte order mark", "/%EF%BB%BFadmin"],
  ["skipped: a direction mark", "/%E2%80%AEadmin"],
  ["skipped: a variation selector", "/admin%EF%B8%8F"],
  ["skipped: a segment of nothing else", "/%E2%80%8B/admin"],
  ["skipped: a segment of spaces", "/%20/admin/x"],
  ["Unicode: full-width letters", "/%EF%BD%81dmin/x"],
  ["Unicode: circled letters", "/%E2%93%90dmin"],
  ["Unicode: a mathematical letter", "/%F0%9D%90%9Admin"],
  ["Unicode: dotless i", "/adm%C4%B1n"],
  ["Unicode: dotted capital I", "/ADM%C4%B0N"],
  ["MySQL: an accent", "/adm%C3%ADn"],
  ["MySQL: a separate accent", "/adm%C4%B1%CC%81n/x"],
  ["Tomcat: a parameter, escaped", "/admin%3Bx=1/y"],
  ["decoded twice: a query", "/admin%3Fx/y"],
  ["decoded twice: a fragment", "/admin%23"],
  ["a full-width semicolon", "/admin%EF%BC%9Bx"],
  ["best fit: a full-width slash", "/admin%EF%BC%8Fx"],
  ["best fit: a fraction slash", "/admin%E2%81%84x"],
  ["best fit: a division slash", "/x%E2%88%95..%E2%88%95admin"],
  [
    "best fit: full-width dots between full-width slashes",
    "/x%EF%BC%8F%EF%BC%8E%EF%BC%8E%EF%BC%8Fadmin",
  ],
  ["best fit: a yen sign for a backslash", "/x%C2%A5..%C2%A5admin"],
  ["the index page", "/admin/index.html"],
];

test("there are more than forty spellings", () => {
  expect(new Set(spellings.map(([, path]) => path)).size).toBeGreaterThan(40);
});

describe.each(spellings)("%s: %s", (_server, path) => {
  test("is denied by a rule that denies /admin/**, and not allowed by one that allows it", () => {
    expect(decide(below, path)).toMatchObject({ allowed: false, rule: "no admin" });
    expect(decide([rule("admin", "allow", ["/admin"])], path).allowed).toBe(false);
    const isBelow = path === "/admin/index.html";
    expect(decide([rule("admin", "allow", ["/admin/**"])], path).allowed).toBe(isBelow);
  });
  test("is denied by a rule that is spelled like it", () => {
    expect(
      decide([rule("spelled", "deny", [`${path.split("?")[0]}`]), anything], path),
    ).toMatchObject({ rule: "spelled" });
  });
});

test.each([
  "/admin",
  "/admin/",
  "/admin.json",
  "/ADMIN~",
  "/admin/index.php",
  "/admin/INDEX.HTML",
  "/admin/default.aspx",
  "/admin/index",
])("a rule that denies /admin alone holds for %s, its index page included", (path) => {
  expect(decide([rule("one page", "deny", ["/admin"]), anything], path).allowed).toBe(false);
});

test.each([
  "/",
  "/administration",
  "/admin-tools",
  "/admin_x",
  "/v1/admin",
  "/x/admin.json",
  "/admi",
  "/badmin",
  "/admin1",
  "/admin.2",
  "/admin%2A",
  "/admin%2C",
  "/admin:search",
  "/.admin",
  "/a%3Badmin",
  "/%D0%B0dmin",
  "/index.html",
  "/user~1",
  "/administrator~1x",
])("a rule that denies /admin/** doesn't hold for %s, which no server takes for it", (path) => {
  expect(decide(below, path)).toMatchObject({ allowed: true, rule: "anything" });
});

test.each([
  ["/v1/**", "/v1.2/x", true],
  ["/v1.2/**", "/v1/x", true],
  ["/report.json", "/report", true],
  ["/report.json", "/report.JSON.bak", false],
  ["/report.json", "/report.xml", true],
  ["/v1/*/secret", "/v1/x.json/secret.json", false],
  ["/v1/*/secret", "/v1/%E2%80%8B/secret", false],
  ["/%E0%A4%95%E0%A4%BF", "/%E0%A4%95", true],
  ["/%E3%81%8C", "/%E3%81%8B", true],
  ["/caf%C3%A9", "/cafe", false],
  ["/Stra%C3%9Fe", "/STRASSE", false],
  ["/", "/index.html", false],
  ["/.../**", "/", true],
  ["/%20", "/", true],
  ["/ADMIN.PHP", "/admin.php", false],
] as const)("a rule that denies %s: %s is allowed: %s", (pattern, path, allowed) => {
  expect(decide([rule("denied", "deny", [pattern]), anything], path).allowed).toBe(allowed);
});

test("an earlier rule that allows a path by its exact spelling still comes first", () => {
  const rules = [rule("the report", "allow", ["/admin.json"]), ...below];
  expect(decide(rules, "/admin.json").rule).toBe("the report");
  expect(decide(rules, "/admin.JSON").rule).toBe("no admin");
});

test("long paths of odd characters are read in no time that grows with their square", () => {
  for (const piece of ["~", ".a", "%20", "+", "%E2%80%8B", "%C2%A5..", "~1"]) {
    const path = `/a${piece.repeat(Math.floor(3_900 / piece.length))}a`;
    const start = performance.now();
    decide(below, path);
    expect(performance.now() - start).toBeLessThan(200);
  }
});
