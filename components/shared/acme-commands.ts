import { shellWord as word } from "@/lib/format/shell-word";

/** What a client needs to enroll with a key, and what it asks for. */
export type Enrollment = Readonly<{
  directory: string;
  kid: string;
  hmacKey: string;
  /** Where the root is downloaded, which the client must trust. */
  rootUrl: string;
  /** The DNS name or address of the certificate. */
  name: string;
  /** The contact of the account. */
  email: string;
}>;

const script = (rootUrl: string, parts: readonly string[]): string =>
  `curl -sfo root.pem ${word(rootUrl)}\n${parts.join(" \\\n  ")}`;

/** A shell script that enrolls with certbot. A key may begin with a hyphen, hence `=`. */
export const certbotScript = ({ directory, kid, hmacKey, rootUrl, name }: Enrollment): string =>
  script(rootUrl, [
    "REQUESTS_CA_BUNDLE=root.pem certbot certonly --standalone",
    `--server ${word(directory)}`,
    "--agree-tos --register-unsafely-without-email",
    `--eab-kid=${word(kid)}`,
    `--eab-hmac-key=${word(hmacKey)}`,
    `-d ${word(name)}`,
  ]);

/** A shell script that enrolls with lego. */
export const legoScript = (enrollment: Enrollment): string => {
  const { directory, kid, hmacKey, rootUrl, name, email } = enrollment;
  return script(rootUrl, [
    "LEGO_CA_CERTIFICATES=root.pem lego",
    `--server ${word(directory)}`,
    `--accept-tos --email ${word(email)}`,
    `--eab --kid=${word(kid)}`,
    `--hmac=${word(hmacKey)}`,
    `--http --domains ${word(name)} run`,
  ]);
};
