import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { routes } from "./all-routes";

/**
 * Free text that may hold characters which are not seen: looked up and never stored, never shown,
 * or checked by something stricter than these schemas. By the end of a field's path.
 */
const exceptions: Readonly<Record<string, string>> = {
  secret: "never shown",
  password: "never shown",
  current: "a password",
  adminPassword: "a password",
  token: "compared by its hash",
  csr: "decoded",
  key: "decoded",
  csv: "parsed; names have a canonical form",
  ca: "a certificate",
  url: "parsed; only scheme, host and port are shown, as ASCII",
  email: "compared with accounts; recorded whatever it is",
  identity: "looked up",
  identityId: "looked up",
  profile: "looked up",
  authority: "looked up",
  parentId: "looked up",
  alertId: "looked up",
  certificate: "looked up",
  subjectKind: "looked up",
  subjectId: "looked up",
  to: "looked up",
  from: "looked up",
  id: "looked up",
  "ids[]": "looked up",
  "identities[]": "looked up",
  "alerts[]": "looked up",
  assignee: "looked up",
  "with[]": "looked up",
  "keep[]": "looked up",
  "profiles[]": "looked up",
  "names[]": "looked up among the names of the identity",
  "nameIds[]": "looked up",
  "sans[].value": "canonical form, name.invalid",
  "subject[].value": "canonical form, name.invalid",
  "subject[].type": "canonical form, name.invalid",
  "addNames[].value": "canonical form, name.invalid",
  "names[].value": "canonical form, name.invalid",
  value: "canonical form, name.invalid",
  path: "of a policy's test, never stored",
  ip: "of a policy's test, never stored",
};

type Leaf = Readonly<{ path: string; schema: z.ZodType }>;
type Definition = Readonly<{
  type: string;
  innerType?: z.ZodType;
  in?: z.ZodType;
  element?: z.ZodType;
  options?: readonly z.ZodType[];
  shape?: Readonly<Record<string, z.ZodType>>;
  keyType?: z.ZodType;
  valueType?: z.ZodType;
}>;

/** Every text of an input, with the checks that it has where it is. */
function textsOf(schema: z.ZodType, path = ""): Leaf[] {
  const def = schema.def as unknown as Definition;
  const at = (part: string): string => (path === "" ? part : `${path}.${part}`);
  if (def.type === "string" || (def.type === "pipe" && def.in?.def.type === "string"))
    return [{ path, schema }];
  if (def.shape !== undefined)
    return Object.entries(def.shape).flatMap(([name, one]) => textsOf(one, at(name)));
  if (def.options !== undefined) return def.options.flatMap((one) => textsOf(one, path));
  if (def.element !== undefined) return textsOf(def.element, `${path}[]`);
  if (def.valueType !== undefined) return textsOf(def.valueType, at("*"));
  const inner = def.innerType ?? def.in;
  return inner === undefined ? [] : textsOf(inner, path);
}

const root = resolve(import.meta.dirname, "../..");
const nouns = readdirSync(join(root, "lib")).filter((noun) =>
  existsSync(join(root, "lib", noun, "schema.ts")),
);
/** What people and programs send: all exported schemas of nouns but filters and what is stored. */
const exported = await Promise.all(
  nouns.map(async (noun) => {
    const schemas = (await import(join(root, "lib", noun, "schema.ts"))) as Readonly<
      Record<string, unknown>
    >;
    return Object.entries(schemas).flatMap(([name, value]) =>
      value instanceof z.ZodType && !/Query$|^stored|^destinationConfig$|^newPassword$/.test(name)
        ? textsOf(value).map((leaf) => [`lib/${noun}: ${name}.${leaf.path}`, leaf] as const)
        : [],
    );
  }),
);
const bodies = routes.flatMap(({ method, path, body }) =>
  body === undefined
    ? []
    : textsOf(body).map((leaf) => [`${method.toUpperCase()} ${path}: ${leaf.path}`, leaf] as const),
);
const fields = [...exported.flat(), ...bodies];
const isException = ({ path }: Leaf): boolean =>
  Object.keys(exceptions).some(
    (end) => path === end || path.endsWith(`.${end}`) || path.endsWith(`].${end}`),
  );

const samples = [
  "urn:ab:c\u202e",
  "https://e.example/\u200b",
  "a@\u200be.example",
  "*.\u200be.example",

  "right\u202eleft",
  "zero\u200bwidth",
  "bell\u0007",
  "mark\ufeff x",
  "isolate\u2066d",
  "soft\u00adhyphen",
];

test("the names that people see are among the fields that are looked at", () => {
  const names = fields.map(([name]) => name);
  for (const name of [
    "POST /identities: name",
    "POST /identities: owner",
    "POST /tokens: name",
    "POST /policies: rules[].name",
    "POST /destinations: name",
    "POST /users: name",
    "lib/authorities: authorityInput.name",
    "lib/setup: setupInput.organization",
    "lib/profiles: profileInput.name",
  ])
    expect(names).toContain(name);
  expect(fields.length).toBeGreaterThan(100);
});

describe.each(fields.filter(([, leaf]) => !isException(leaf)))("%s", (_name, { schema }) => {
  test("takes no control, direction or zero-width characters", () => {
    for (const text of samples)
      expect([text, schema.safeParse(text).success]).toEqual([text, false]);
  });
});
