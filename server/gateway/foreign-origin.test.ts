import { describe, expect, test } from "vitest";
import { routes } from "@/server/api/all-routes";
import { findForeignOrigin } from "./foreign-origin";

type Check = Parameters<typeof findForeignOrigin>;
const accepted = { accepted: true } as unknown as Check[1]["decision"];
const session = "theme=dark; __Secure-next-auth.session-token=eyJ; other=1";
const publicUrl = "https://ca.example.com";

type Case = Readonly<{
  method?: string;
  headers?: Check[0]["headers"];
  listener?: Check[1]["listener"];
  decision?: Check[1]["decision"];
  area?: Check[2];
  publicUrl?: string;
}>;
const find = (one: Case): string | null =>
  findForeignOrigin(
    { method: one.method ?? "POST", headers: { host: "pki.internal:3444", ...one.headers } },
    { listener: one.listener ?? "mtls", decision: one.decision ?? null },
    one.area ?? "api",
    one.publicUrl ?? publicUrl,
  );

const own = "https://pki.internal:3444",
  evil = "https://evil.example";
const unsafe = routes
  .filter(({ method }) => method !== "get")
  .map(({ method, path }) => [method.toUpperCase(), path] as const);
/**
 * What the browser says of the page, and whether that page may act with a certificate, a session.
 */
const sources: readonly (readonly [
  string,
  Check[0]["headers"],
  certificate: boolean,
  cookie: boolean,
])[] = [
  ["another site", { "sec-fetch-site": "cross-site", origin: evil }, false, false],
  ["another site without Origin", { "sec-fetch-site": "cross-site" }, false, false],
  [
    "another site that claims this origin",
    { "sec-fetch-site": "cross-site", origin: own },
    false,
    false,
  ],
  [
    "another port of this host",
    { "sec-fetch-site": "same-site", origin: "https://pki.internal:8443" },
    false,
    false,
  ],
  ["this origin", { "sec-fetch-site": "same-origin", origin: own }, true, true],
  ["the user, not a page", { "sec-fetch-site": "none" }, true, true],
  ["an unknown kind of site", { "sec-fetch-site": "Same-Origin" }, false, false],
  ["two kinds of site", { "sec-fetch-site": "same-origin, cross-site" }, false, false],
  ["an empty kind of site", { "sec-fetch-site": "" }, false, false],
  ["no browser", {}, true, false],
  ["an old browser, another site", { origin: evil }, false, false],
  ["an old browser, this origin", { origin: own }, true, true],
  ["an old browser, the public URL", { origin: publicUrl }, true, true],
  ["an old browser, a sandboxed page", { origin: "null" }, false, false],
  ["an old browser, an empty origin", { origin: "" }, false, false],
  ["an old browser, another scheme", { origin: "http://pki.internal:3444" }, false, false],
  ["an old browser, another port", { origin: "https://pki.internal" }, false, false],
  ["an old browser, a longer name", { origin: `${own}.evil.example` }, false, false],
  ["an old browser, two origins", { origin: `${own}, ${evil}` }, false, false],
];

test("there are routes to check, those without a body included", () => {
  expect(unsafe.length).toBeGreaterThan(25);
  expect(unsafe.map(([, path]) => path)).toContain("/certificates/{id}/release");
});

describe.each(unsafe)("%s %s", (method) => {
  test.each(sources)("sent by %s", (_name, headers, certificate, cookie) => {
    expect(find({ method, headers, decision: accepted }) === null).toBe(certificate);
    expect(find({ method, headers: { ...headers, cookie: session } }) === null).toBe(cookie);
    expect(
      find({ method, headers: { ...headers, cookie: session }, decision: accepted }) === null,
    ).toBe(cookie);
  });
  test("a bearer token is sent by no page, and needs no check", () => {
    for (const [, headers] of sources)
      for (const decision of [null, accepted])
        expect(
          find({
            method,
            decision,
            headers: { ...headers, cookie: session, authorization: "Bearer chy_x" },
          }),
        ).toBeNull();
  });
  test("Basic credentials and an empty Bearer, which a link can carry, replace nothing", () => {
    for (const authorization of ["Basic Y2h5Og==", "Bearer", "Bearer ", ""])
      expect(find({ method, decision: accepted, headers: { origin: evil, authorization } })).toBe(
        evil,
      );
  });
});

describe.each(["POST", "PUT", "PATCH", "DELETE", "QUERY", "PROPFIND", "TRACE", "post"])(
  "%s to the console",
  (method) => {
    test.each(sources)("sent by %s", (_name, headers, stranger, cookie) => {
      expect(find({ method, area: "console", headers }) === null).toBe(stranger);
      expect(find({ method, area: "console", headers, decision: accepted }) === null).toBe(
        stranger,
      );
      for (const name of [
        "next-auth.session-token",
        "__Secure-next-auth.session-token",
        "__Host-next-auth.session-token",
        "next-auth.session-token.0",
      ])
        expect(
          find({ method, area: "console", headers: { ...headers, cookie: `a=b;${name}=x` } }) ===
            null,
        ).toBe(cookie);
    });
    test("a bearer token means nothing to the console, and excuses nothing", () => {
      expect(
        find({ method, area: "console", headers: { origin: evil, authorization: "Bearer chy_x" } }),
      ).toBe(evil);
    });
  },
);

test.each(["GET", "HEAD", "OPTIONS"])(
  "%s changes nothing and is answered, whichever page sends it",
  (method) => {
    for (const area of ["api", "console"] as const)
      expect(
        find({
          method,
          area,
          decision: accepted,
          headers: { cookie: session, "sec-fetch-site": "cross-site" },
        }),
      ).toBeNull();
  },
);

test("forward auth asks about a request of another service, whose headers a proxy may copy", () => {
  expect(
    find({
      area: "authorize",
      decision: accepted,
      headers: { origin: evil, "sec-fetch-site": "cross-site" },
    }),
  ).toBeNull();
});

test("a public URL without TLS is the origin of plain HTTP alone", () => {
  const plain = "http://ca.example.com";
  const headers = { origin: plain, cookie: session };
  expect(find({ headers, publicUrl: plain, listener: "http", area: "console" })).toBeNull();
  for (const listener of ["https", "mtls"] as const)
    expect(find({ headers, publicUrl: plain, listener, area: "console" })).toBe(plain);
});

test("the default port and capitals in the Host header are the same origin", () => {
  for (const [host, origin] of [
    ["CA.internal:443", "https://ca.internal"],
    ["[::1]:3443", "https://[::1]:3443"],
  ] as const)
    expect(
      find({ listener: "https", area: "console", headers: { host, origin, cookie: session } }),
    ).toBeNull();
  for (const host of ["", "evil.example/@ca", "a b"])
    expect(find({ area: "console", headers: { host, origin: "https://ca.internal" } })).toBe(
      "https://ca.internal",
    );
});

test("what is not an origin is not repeated in the entry", () => {
  for (const origin of [
    "null",
    "javascript:1",
    `https://${"a".repeat(300)}`,
    "https://a b",
    "https://chy_x/\u0080",
  ])
    expect(find({ headers: { origin }, decision: accepted })).toBe("another site");
});
