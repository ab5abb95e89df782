/** Fields of certificates whose private key Chancery makes. */
export const serverKeyFieldDescriptions: Readonly<Record<string, string>> = {
  serverKeys:
    "Whether Chancery makes the private key when a request asks for it, and hands it out once. Never for people, nor for identities that confer power. False if absent.",
  serverKey:
    "Whether Chancery made the private key and handed it out when it issued the certificate. False for a key that was made elsewhere.",
  privateKeyPem:
    "The private key that Chancery made (PKCS#8), in the first response only; null in a repeated one. Present if `key` was sent without a password.",
  privateKeyPkcs12:
    "A PKCS#12 file in base64 with the private key that Chancery made, the certificate and its chain, in the first response only; null in a repeated one. Present if `key` was sent with a password.",
  keyHandedOut:
    "Present if Chancery made the private key: it is in the first response, and nowhere else. A repeated response has no key.",
  keyNotice: "What to do if the private key never arrived.",
  "key.algorithm": "The type of key.",
  "key.password":
    "For a PKCS#12 file: 8 to 128 characters of ASCII. Without it, the key is answered as PEM, not encrypted.",
};
