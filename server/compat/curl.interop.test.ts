import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCompatGateway, type CompatGateway } from "@/testing/gateway/compat-fixture";
import { textOf } from "@/testing/gateway/est-fixture";

let gateway: CompatGateway, identity: string;
beforeAll(async () => {
  gateway = await openCompatGateway();
  identity = await gateway.service("shop", ["shop.example.com"]);
});
afterAll(async () => {
  await gateway?.close();
});

const makeCsr = `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem \
  -subj /CN=shop.example.com -addext subjectAltName=DNS:shop.example.com`;
const verifies = `openssl verify -CAfile root.pem -untrusted chain.pem cert.pem
  openssl x509 -in cert.pem -noout -pubkey > a.pub
  openssl pkey -in key.pem -pubout > b.pub
  cmp a.pub b.pub`;

describe("curl, jq and openssl, as docs/compatible-apis.md says", () => {
  test("a script with a token gets a certificate and its chain from Vault's calls, and both verify", async () => {
    const out = await gateway.sh(
      `${makeCsr}
       curl -sSf --cacert root.pem -H "X-Vault-Token: $TOKEN" $URL/v1/pki/sign/tls-server \
         -d "$(jq -n --rawfile c request.pem '{csr:$c,ttl:"72h"}')" | jq -r .data.certificate > cert.pem
       curl -sSf --cacert root.pem $URL/v1/pki/ca_chain > chain.pem
       ${verifies}
       curl -sSf --cacert root.pem $URL/v1/pki/crl | openssl crl -inform DER -noout -CAfile chain.pem 2>&1`,
      { URL: gateway.httpsUrl(), TOKEN: await gateway.serviceToken(identity) },
    );
    expect(out).toContain("cert.pem: OK");
    expect(out).toContain("verify OK");
    const { validTo } = new X509Certificate(textOf(gateway.file("cert.pem")));
    expect(Math.round((Date.parse(validTo) - Date.now()) / 3_600_000)).toBe(72);
  });

  test("cert-manager's three requests, in its order: log in with AppRole, look at the health, sign", async () => {
    const out = await gateway.sh(
      `post() { curl -sSf --cacert root.pem -X POST -H "X-Vault-Request: true" -H "Content-Type:" "$@"; }
       ${makeCsr}
       LOGIN=$(post $URL/v1/auth/approle/login -d "{\\"role_id\\":\\"$ID\\",\\"secret_id\\":\\"$TOKEN\\"}" | jq -r .auth.client_token)
       curl -sSf --cacert root.pem -H "X-Vault-Token: $LOGIN" $URL/v1/sys/health | jq -r .initialized,.sealed
       post -H "X-Vault-Token: $LOGIN" $URL/v1/pki/sign/tls-server -d "$(jq -n --rawfile c request.pem '{csr:$c,common_name:"shop.example.com",alt_names:"shop.example.com",ip_sans:"",uri_sans:"",ttl:"2160h0m0s",exclude_cn_from_sans:"true"}')" > answer.json
       jq -r .data.certificate answer.json > cert.pem
       jq -r '.data.ca_chain[]' answer.json > chain.pem
       ${verifies}`,
      { URL: gateway.httpsUrl(), ID: identity, TOKEN: await gateway.serviceToken(identity) },
    );
    expect(out).toMatch(/^true\nfalse\n/);
    expect(out).toContain("cert.pem: OK");
  });

  test("EJBCA's call with a client certificate gets base64 of DER that verifies with its chain", async () => {
    const client = await gateway.issue("shop", { identityId: identity });
    const out = await gateway.sh(
      `${makeCsr}
       curl -sSf --cacert root.pem --cert "$CERT" --key "$KEY" -H 'Content-Type: application/json' \
         $URL/ejbca/ejbca-rest-api/v1/certificate/pkcs10enroll \
         -d "$(jq -n --rawfile c request.pem '{certificate_request:$c,certificate_profile_name:"tls-server",end_entity_profile_name:"EMPTY",certificate_authority_name:"issuing",username:"x",password:"x",include_chain:true}')" > answer.json
       jq -r .certificate answer.json | openssl base64 -d -A | openssl x509 -inform DER -out cert.pem
       jq -r '.certificate_chain[0]' answer.json | openssl base64 -d -A | openssl x509 -inform DER -out chain.pem
       ${verifies}`,
      { URL: gateway.mtlsUrl(), CERT: client.certFile, KEY: client.keyFile },
    );
    expect(out).toContain("cert.pem: OK");
  });
});
