import { expect, test } from "vitest";
import { requestedService } from "./requested-service";

test.each([
  ["nginx", "/api/v1/authorize?service=payments", "payments"],
  ["traefik", "/api/v1/authorize/payments", "payments"],
  ["rfc9440", "/api/v1/authorize?a=b&service=pay-2", "pay-2"],
  ["nginx", "/api/v1/authorize/payments?a=b", "payments"],
  ["envoy", "/api/v1/authorize/payments", "payments"],
  ["envoy", "/api/v1/authorize/payments/v1/orders?service=admin", "payments"],
  ["envoy", "/api/v1/authorize/payments//x", "payments"],
  ["envoy", "/api/v1/authorize/payments?service=admin", "payments"],
] as const)("%s asks at %s about %s", (kind, url, service) => {
  expect(requestedService(kind, url)).toBe(service);
});

test.each([
  ["nginx", "/api/v1/authorize"],
  ["nginx", "/api/v1/authorize?"],
  ["nginx", "/api/v1/authorize?service="],
  ["nginx", "/api/v1/authorize?service=a&service=a"],
  ["nginx", "/api/v1/authorize/a?service=a"],
  ["nginx", "/api/v1/authorize/a?service=b"],
  ["nginx", "/api/v1/authorize/a/b"],
  ["traefik", "/api/v1/authorize/a/"],
  ["nginx", "/api/v1/authorize/?service=a"],
  ["nginx", "/api/v1/authorize?service=A"],
  ["nginx", "/api/v1/authorize?service=a%2fb"],
  ["nginx", "/api/v1/authorize?service=../x"],
  ["nginx", `/api/v1/authorize?service=${"a".repeat(49)}`],
  ["rfc9440", "/api/v1/authorize?SERVICE=a"],
  ["envoy", "/api/v1/authorize?service=payments"],
  ["envoy", "/api/v1/authorize"],
  ["envoy", "/api/v1/authorize//v1"],
  ["envoy", "/api/v1/authorize/payments*"],
  ["envoy", "/api/v1/authorize/pay%6Dents/v1"],
  ["envoy", "/api/v1/authorize/Payments/v1"],
] as const)("%s at %s names no single service", (kind, url) => {
  expect(requestedService(kind, url)).toBeNull();
});
