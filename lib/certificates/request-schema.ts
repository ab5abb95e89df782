import { z } from "zod";
import { newKeyAlgorithms } from "@/lib/keys/key-kinds";
import { findPasswordProblem } from "@/lib/keys/password";
import { generalNameTypes } from "@/lib/pki/types";
import { moment } from "./schema";

const oneMebibyte = 1_048_576;
const seconds = z
  .number()
  .int("Enter whole seconds.")
  .min(0, "Enter 0 or more.")
  .max(4_000_000_000, "Enter a duration of less than 100 years.");

const nameInput = z.strictObject({
  type: z.enum(generalNameTypes),
  value: z.string().trim().min(1, "Enter a name.").max(2048),
});
const heldNameInput = z.strictObject({
  type: z.enum([...generalNameTypes, "cn"]),
  value: z.string().trim().min(1).max(2048),
});
const attributeInput = z.strictObject({
  type: z.string().trim().min(1).max(64),
  value: z.string().min(1).max(256),
});

const csrInput = (missing: string) =>
  z
    .string()
    .min(1, missing)
    .max(oneMebibyte, "This is too large for a CSR. The limit is 64 KiB.")
    .optional();
const keyText =
  "Instead of `csr`: Chancery makes the private key and hands it out once, where the profile allows it.";
/** Asks for a private key that Chancery makes and hands out once (decision 31). */
const serverKeyInput = z.strictObject({
  algorithm: z.enum(newKeyAlgorithms, {
    error: `Choose one of ${newKeyAlgorithms.join(", ")}.`,
  }),
  /** Of the PKCS#12 file that key and certificate are answered in; PEM if absent. */
  password: z
    .string()
    .superRefine((password, context) => {
      const message = findPasswordProblem(password);
      if (message !== null) context.addIssue({ code: "custom", message });
    })
    .optional(),
});
export type ServerKeyInput = z.infer<typeof serverKeyInput>;

type KeyPlaces = Readonly<{ csr?: string | undefined; key?: object | undefined }>;
/** The key is either the requester's or made here. */
function checkOneKey({ csr, key }: KeyPlaces, context: z.RefinementCtx): void {
  const add = (path: string, message: string) => {
    context.addIssue({ code: "custom", path: [path], message });
  };
  if (csr === undefined && key === undefined) add("csr", "Paste a CSR.");
  if (csr !== undefined && key !== undefined)
    add("key", "Send either a CSR or this, not both: a certificate has one key.");
}

/**
 * A request for a certificate, with a CSR or for a `key` that Chancery makes. `sans` and `subject`
 * replace those of the CSR; the profile still applies.
 */
const issueFields = z.strictObject({
  profile: z.string().trim().min(1, "Enter the id or slug of a profile.").max(64),
  identity: z.string().trim().min(1, "Choose an identity, by its id.").max(64),
  csr: csrInput("Paste a CSR."),
  key: serverKeyInput.optional().describe(keyText),
  validitySeconds: seconds.min(1, "Enter at least 1 second.").optional(),
  /** The exact end of its validity, instead of `validitySeconds`. */
  notAfter: moment.optional(),
  sans: z.array(nameInput).max(200, "At most 200 names.").optional(),
  subject: z.array(attributeInput).max(20).optional(),
  /**
   * Whether names that the identity doesn't hold yet are added to it: true for staff if absent, and
   * never for an identity that requests for itself. A list must be exactly what would be added.
   */
  addNames: z.union([z.boolean(), z.array(heldNameInput).max(100)]).optional(),
  /**
   * The digest of a preview: the certificate is issued only if it is the one that the preview
   * showed, except for its serial number and the time of issuance.
   */
  previewSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "Send the digest of a preview: 64 lowercase hexadecimal digits.")
    .optional(),
});
export const issueInput = issueFields.superRefine(checkOneKey);
export type IssueInput = z.infer<typeof issueInput>;
/** The identity may be missing: everything else is checked in any case. */
export const previewInput = issueFields
  .extend({ identity: z.string().max(64) })
  .superRefine(checkOneKey);

const rotateFields = z.strictObject({
  csr: csrInput("Paste a CSR with a new key."),
  /** The successor then has the names of its predecessor. */
  key: serverKeyInput.optional().describe(keyText),
  /**
   * How long the predecessor stays valid; 0 revokes it at once. The profile's overlap if absent.
   */
  overlapSeconds: seconds.optional(),
  validitySeconds: seconds.min(1, "Enter at least 1 second.").optional(),
});
export const rotateInput = rotateFields.superRefine(checkOneKey);
/** The same with the certificate's id among the fields of a form. */
export const rotateForm = rotateFields.extend({ id: z.string().max(128) }).superRefine(checkOneKey);
export type RotateInput = z.infer<typeof rotateInput>;
