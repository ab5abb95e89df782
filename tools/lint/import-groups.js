/** Groups of places that several rows of the import table name. */

export const ground = ["lib/errors/**", "lib/format/**", "lib/net/**"];
export const access = ["lib/access/**"];
export const pki = ["lib/pki/**"];
export const dependencyTypes = ["lib/runtime/{deps,clock,monotonic,in-slices}"];
export const logRoot = ["lib/log/*"];
export const logPure = ["lib/log/pure/**"];
/** Keys, requests and files that are made in a browser or on the command line. */
export const newKeys = ["lib/keys/*"];
const rooms = (...names) => names.map((name) => `lib/log/${name}/*`);
export const everyRoom = [...logRoot, "lib/log/*/*", "!lib/log/*/*-repository"];
/** Another noun's use cases and reads: its files, neither its repositories nor the folders inside it. */
export const nouns = [
  "lib/*/*",
  "!lib/*/*-repository",
  "!lib/{db,http,auth,runtime,signers,log}/**",
];
export const schemas = ["lib/*/schema", "lib/*/types", "lib/log/view-types"];
export const anyNode = ["node:**"];
export const nodeCryptoOnly = ["node:crypto"];

export const useCase = {
  imports: [...nouns, ...everyRoom, ...pki, ...access, ...ground, ...dependencyTypes],
  packages: ["zod", "node:crypto"],
};

/** The row of a folder of lib/log: `others` are the folders that it imports, `more` what else. */
export function room(name, others, more = []) {
  return {
    name: `lib/log/${name}`,
    files: [`lib/log/${name}/**`],
    imports: [
      ...rooms(...others),
      "!lib/log/*/*-repository",
      `lib/log/${name}/**`,
      ...logRoot,
      ...logPure,
      ...ground,
      ...access,
      ...dependencyTypes,
      ...more,
    ],
    packages: ["zod", ...anyNode],
  };
}

/** Packages for mail, HTTP requests of our own and passwords. */
export const outgoing = ["nodemailer", "nodemailer/**", "undici", "@node-rs/argon2"];
