import { expect, test } from "vitest";
import { isPublicPath } from "./paths";

test("public status and the console's built files need no authentication", () => {
  for (const path of [
    "/api/v1/status/issuing/0a1b2c",
    "/api/v1/status/issuing/0A:1B?x=1",
    "/api/v1/status/ca_0123/0a1b",
    "/_next/static/chunks/app/certificates/%5Bid%5D/page-1.js",
    "/v1/sys/health?standbyok=true",
    "/v1/pki/ca/pem",
    "/ejbca/ejbca-rest-api/v1/certificate/status",
  ])
    expect(isPublicPath(path), path).toBe(true);
});

test("a path that only resembles a public one needs authentication", () => {
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
    "/v1/pki/sign/tls-server",
    "/v1/auth/cert/login",
    "/v1/pki/ca/pem/../../sign/tls-server",
    "/v1/sys/health/../../pki/sign/tls-server",
    "/v1/pki/%63a",
    "/ejbca/v1/pki/ca",
    "/ejbca-rest-api/v1/certificate/pkcs10enroll",
  ])
    expect(isPublicPath(path), path).toBe(false);
});
