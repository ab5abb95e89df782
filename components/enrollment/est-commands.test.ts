import { expect, test } from "vitest";
import { estScript } from "./est-commands";

const enrollment = {
  estUrl: "https://ca.example.com:3443/.well-known/est/tls-server",
  id: "ens_01kat8m2wq7h4z0c9d5e6f7g8j",
  secret: "chy_-abc",
  rootUrl: "http://ca.example.com:3000/ca/root.pem",
  name: "pay.example.com",
};

test("the commands download the root, enroll with the secret for the name, and leave the certificate", () => {
  const script = estScript(enrollment);
  expect(script).toContain("-u ens_01kat8m2wq7h4z0c9d5e6f7g8j:chy_-abc");
  expect(script).toContain("subjectAltName=DNS:pay.example.com");
  expect(script).toContain("https://ca.example.com:3443/.well-known/est/tls-server/simpleenroll");
  expect(script).toContain("curl -sfo root.pem http://ca.example.com:3000/ca/root.pem\n");
});
test("what a shell would read otherwise is quoted", () => {
  const script = estScript({ ...enrollment, name: "*.example.com", rootUrl: "http://a/$(b)'c" });
  expect(script).toContain("'subjectAltName=DNS:*.example.com'");
  expect(script).toContain(String.raw`'http://a/$(b)'\''c'`);
});
