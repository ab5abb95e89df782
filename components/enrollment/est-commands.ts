/** What a machine needs to enroll with a secret. */
export type EstEnrollment = Readonly<{
  estUrl: string;
  id: string;
  secret: string;
  /** Where the root is downloaded, which the client must trust. */
  rootUrl: string;
  /** The DNS name of the certificate. */
  name: string;
}>;

/** One word of a POSIX shell. */
const word = (text: string): string =>
  /^[\w.:@%+=/,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

const command = (...parts: readonly string[]): string => parts.join(" \\\n  ");

/** A shell script that enrolls with curl and openssl: key.pem and cert.pem are left. */
export const estScript = ({ estUrl, id, secret, rootUrl, name }: EstEnrollment): string =>
  [
    `curl -sfo root.pem ${word(rootUrl)}`,
    command(
      "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes",
      "-keyout key.pem -outform DER",
      `-subj ${word(`/CN=${name}`)} -addext ${word(`subjectAltName=DNS:${name}`)} |`,
      "openssl base64 -out request.b64",
    ),
    command(
      "curl -sS --fail-with-body --cacert root.pem",
      `-u ${word(`${id}:${secret}`)}`,
      "-H 'Content-Type: application/pkcs10' --data-binary @request.b64",
      `${word(`${estUrl}/simpleenroll`)} -o cert.p7 || cat cert.p7`,
    ),
    command(
      "openssl base64 -d -in cert.p7 |",
      "openssl pkcs7 -inform DER -print_certs -out cert.pem",
    ),
  ].join("\n");
