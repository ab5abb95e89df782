import { domainsOf, setupInput } from "@/lib/setup/schema";

/** The values of the wizard, as typed. */
export type SetupValues = Readonly<{
  organization: string;
  domains: string;
  adminName: string;
  adminEmail: string;
  adminPassword: string;
  rootName: string;
  rootKey: string;
  rootYears: string;
  issuingName: string;
  issuingKey: string;
  issuingYears: string;
}>;
export type SetupField = keyof SetupValues;

export const defaultValues: SetupValues = {
  organization: "",
  domains: "",
  adminName: "Administrator",
  adminEmail: "",
  adminPassword: "",
  rootName: "",
  rootKey: "ecdsa-p256",
  rootYears: "20",
  issuingName: "",
  issuingKey: "ecdsa-p256",
  issuingYears: "10",
};

export const stepNames = [
  "Organization",
  "Administrator",
  "Root CA",
  "Issuing CA",
  "Review",
  "Done",
] as const;

/** The field and the step of each path in the schema. */
const fieldByPath: Readonly<Record<string, readonly [SetupField, number]>> = {
  organization: ["organization", 0],
  domains: ["domains", 0],
  adminName: ["adminName", 1],
  adminEmail: ["adminEmail", 1],
  adminPassword: ["adminPassword", 1],
  "root.name": ["rootName", 2],
  "root.keyAlgorithm": ["rootKey", 2],
  "root.validityYears": ["rootYears", 2],
  "issuing.name": ["issuingName", 3],
  "issuing.keyAlgorithm": ["issuingKey", 3],
  "issuing.validityYears": ["issuingYears", 3],
};
export type SetupErrors = Readonly<Partial<Record<SetupField, readonly string[]>>>;

const listOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** The domains whose names the profiles will be able to certify. */
export const domainsOfValues = ({ domains, adminEmail }: SetupValues): readonly string[] =>
  domainsOf({ domains: listOf(domains), adminEmail: adminEmail.trim() });

/** The input of the schema. Empty names get their defaults. */
export function requestOf(values: SetupValues): unknown {
  return {
    organization: values.organization,
    adminName: values.adminName || undefined,
    adminEmail: values.adminEmail.trim(),
    adminPassword: values.adminPassword,
    root: {
      name: values.rootName.trim() || undefined,
      keyAlgorithm: values.rootKey,
      validityYears: Number(values.rootYears),
    },
    issuing: {
      name: values.issuingName.trim() || undefined,
      keyAlgorithm: values.issuingKey,
      validityYears: Number(values.issuingYears),
    },
    domains: listOf(values.domains),
  };
}

/** Turns errors by path into messages by field, with the first step that has one. */
export function placeErrors(
  byPath: Readonly<Record<string, readonly string[]>>,
): Readonly<{ errors: SetupErrors; step: number | null }> {
  const errors: Partial<Record<SetupField, readonly string[]>> = {};
  let step: number | null = null;
  for (const [path, messages] of Object.entries(byPath)) {
    const place = fieldByPath[path.replace(/^setup\./, "").replace(/\.\d+$/, "")];
    if (!place) continue;
    const [field, at] = place;
    errors[field] = [...(errors[field] ?? []), ...messages];
    step = step === null ? at : Math.min(step, at);
  }
  return { errors, step };
}

/** The validation errors of the fields up to and including the step. */
export function errorsUpTo(
  values: SetupValues,
  step: number,
): Readonly<{ errors: SetupErrors; step: number | null }> {
  const parsed = setupInput.safeParse(requestOf(values));
  if (parsed.success) return { errors: {}, step: null };
  const byPath: Record<string, string[]> = {};
  for (const { path, message } of parsed.error.issues) {
    const name = path.join(".");
    if ((fieldByPath[name.replace(/\.\d+$/, "")]?.[1] ?? 99) <= step)
      (byPath[name] ??= []).push(message);
  }
  return placeErrors(byPath);
}
