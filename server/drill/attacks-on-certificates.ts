import { generateKeyPairSync, sign } from "node:crypto";
import { readCertificate } from "@/lib/pki/certificate";
import { assembleSigned } from "@/lib/pki/sign";
import { type Attack, quote } from "./attack";
import { sqlAttack } from "./attacks-on-entries";
import { withoutGuards } from "./drill-copy";

const signWithAnotherKey: Attack = {
  name: "sign-with-another-key",
  expected: "state",
  what: "The signature of a certificate is replaced with one by a key that is no CA's.",
  run: async (copy) => {
    const [row] = await copy.asSuper(
      "select id, der from certificate where state = 'issued' order by created_at desc, id limit 1",
    );
    const { tbsDer } = readCertificate(row?.["der"] as Buffer);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const der = assembleSigned(tbsDer, "ecdsa-sha256", sign("sha256", tbsDer, privateKey));
    const hex = Buffer.from(der).toString("hex");
    const sql = [
      `update certificate set der = '\\x${hex}', fingerprint_sha256 = sha256('\\x${hex}') where id = ${quote(String(row?.["id"]))}`,
    ];
    await withoutGuards(copy, sql);
    return { sql };
  },
};

/** Attacks on certificates and their keys. */
export const attacksOnCertificates: readonly Attack[] = [
  signWithAnotherKey,
  sqlAttack({
    name: "move-a-key",
    expected: "state",
    what: "A key is given to another identity, which could then get a certificate for it.",
    sql: () => [
      "update public_key set identity_id = (select id from identity where name = 'drill') where spki_sha256 = (select spki_sha256 from certificate order by created_at, id limit 1)",
    ],
  }),
  sqlAttack({
    name: "exchange-a-certificate",
    expected: "state",
    what: "A certificate takes the place of another one that the same CA signed.",
    sql: () => [
      "create temporary table two as select id, der, fingerprint_sha256, row_number() over (order by created_at, id) as n from certificate where issuer_id = (select id from authority where parent_id is null) and der is not null limit 2",
      "update certificate set fingerprint_sha256 = sha256(fingerprint_sha256) where id in (select id from two)",
      "update certificate c set der = o.der, fingerprint_sha256 = o.fingerprint_sha256 from two t join two o on o.n <> t.n where c.id = t.id",
    ],
  }),
];
