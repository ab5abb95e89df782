/**
 * What users of npm's acme-client write: `issue NAME...` leaves cert.pem in the folder, `revoke`
 * revokes it. The account's key stays in the folder. Used by tests alone.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import acme from "acme-client";

const [home = ".", verb, ...names] = process.argv.slice(2);
const { DIRECTORY: directoryUrl = "", KID: kid = "", HMAC: hmacKey = "" } = process.env;
acme.axios.defaults.acmeSettings.retryDefaultDelay = 1;

const accountFile = join(home, "account.pem");
if (!existsSync(accountFile)) writeFileSync(accountFile, await acme.crypto.createPrivateEcdsaKey());
const client = new acme.Client({
  directoryUrl,
  accountKey: readFileSync(accountFile),
  externalAccountBinding: { kid, hmacKey },
  backoffMin: 500,
});

if (verb === "issue") {
  const [key, csr] = await acme.crypto.createCsr({
    commonName: names[0],
    altNames: names,
    keySize: 2048,
  });
  const certificate = await client.auto({ csr, termsOfServiceAgreed: true });
  writeFileSync(join(home, "key.pem"), key);
  writeFileSync(join(home, "cert.pem"), certificate);
} else {
  await client.createAccount({ termsOfServiceAgreed: true });
  await client.revokeCertificate(readFileSync(join(home, "cert.pem")), { reason: 1 });
}
