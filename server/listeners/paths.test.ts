import { expect, test } from "vitest";
import { isOpenPath } from "@/server/listeners/paths";

test("plain status and the console's built files are open", () => {
  for (const path of [
    "/api/v1/status/issuing/0a1b2c",
    "/api/v1/status/issuing/0A:1B?x=1",
    "/api/v1/status/ca_0123/0a1b",
    "/_next/static/chunks/app/certificates/%5Bid%5D/page-1.js",
  ])
    expect(isOpenPath(path), path).toBe(true);
});

test("nothing is open because it is written in the way of an open path and read as another", () => {
  for (const path of [
    "/api/v1/status/../certificates",
    "/api/v1/status/%2e%2e/certificates",
    "/api/v1/status/x/../../certificates",
    "/api/v1/status/x/%2E%2e/../certificates",
    "/api/v1/status/.%2e/tokens?x=1",
    "/api/v1/status/..\\tokens",
    "/api/v1/status/x",
    "/_next/static/../../certificates",
    "/_next/static/%2e%2e/%2e%2e/certificates",
    "/_next/static/.%2E/x",
    "/api/v1/certificates",
    "/api/v1/statuses/a/b",
    "//api/v1/status/a/b",
  ])
    expect(isOpenPath(path), path).toBe(false);
});
