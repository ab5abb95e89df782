import { isUnfitUsage, usageForKey } from "@/lib/pki/key-usage";
import { extendedKeyUsageOids, extensionOids, nameOfOid } from "@/lib/pki/oids";
import type { TbsView } from "@/lib/pki/tbs";
import type { KeyUsageBit } from "@/lib/pki/types";
import { parseProblem, findExtension, isAuthority, readExtension, type Lint } from "./lint";
import { readBasicConstraints, readExtendedKeyUsage, readKeyUsage, readSpki } from "./readers";

const keyUsageOf = (view: TbsView): readonly KeyUsageBit[] =>
  readExtension(view, extensionOids.keyUsage, readKeyUsage) ?? [];
const purposesOf = (view: TbsView): readonly string[] =>
  readExtension(view, extensionOids.extKeyUsage, readExtendedKeyUsage) ?? [];
const anyPurpose = "2.5.29.37.0";

export const usageLints: readonly Lint[] = [
  {
    code: "lint.key-usage-form",
    clause: "RFC 5280 §4.2.1.3, X.690 §11.2.2",
    check: (view) => {
      const found = findExtension(view, extensionOids.keyUsage);
      return found === null ? null : parseProblem(() => readKeyUsage(found.value));
    },
  },
  {
    code: "lint.key-usage-critical",
    clause: "RFC 5280 §4.2.1.3",
    check: (view) =>
      findExtension(view, extensionOids.keyUsage)?.critical === false
        ? "keyUsage is not critical."
        : null,
  },
  {
    code: "lint.key-usage-authority",
    clause: "RFC 5280 §4.2.1.3, §4.2.1.9",
    check: (view, context) => {
      const isCa =
        readExtension(view, extensionOids.basicConstraints, readBasicConstraints)?.isCa ?? false;
      const maySign = keyUsageOf(view).includes("keyCertSign");
      if (maySign && !isCa) return "keyCertSign is set without basicConstraints cA.";
      return isAuthority(context) && !maySign ? "An authority has no keyCertSign." : null;
    },
  },
  {
    code: "lint.key-usage-of-key",
    clause: "RFC 3279 §2.3.1, RFC 5480 §3, RFC 8410 §5",
    check: (view) => {
      if (parseProblem(() => readSpki(view.spkiDer)) !== null) return null;
      const { kind } = readSpki(view.spkiDer);
      const unfit = keyUsageOf(view).filter((bit) => isUnfitUsage(kind, bit));
      return unfit.length === 0
        ? null
        : `keyUsage has ${unfit.join(", ")}, which a key of this kind cannot do.`;
    },
  },
  {
    code: "lint.key-usage-of-profile",
    clause: "profile",
    check: (view, { rules }) => {
      if (parseProblem(() => readSpki(view.spkiDer)) !== null) return null;
      const found = keyUsageOf(view);
      const due = usageForKey(rules.keyUsage, readSpki(view.spkiDer).kind);
      const isSame = found.length === due.length && due.every((bit) => found.includes(bit));
      return isSame
        ? null
        : `keyUsage is ${found.join(", ") || "absent"}; the profile says ${due.join(", ") || "none"} for such a key.`;
    },
  },
  {
    code: "lint.extended-key-usage-form",
    clause: "RFC 5280 §4.2.1.12",
    check: (view) => {
      const found = findExtension(view, extensionOids.extKeyUsage);
      return found === null ? null : parseProblem(() => readExtendedKeyUsage(found.value));
    },
  },
  {
    code: "lint.extended-key-usage-any",
    clause: "RFC 5280 §4.2.1.12",
    check: (view) =>
      purposesOf(view).includes(anyPurpose)
        ? "anyExtendedKeyUsage lifts every restriction; name the purposes."
        : null,
  },
  {
    code: "lint.extended-key-usage-twice",
    clause: "RFC 5280 §4.2.1.12",
    check: (view) => {
      const purposes = purposesOf(view);
      return new Set(purposes).size === purposes.length
        ? null
        : "extKeyUsage names a purpose twice.";
    },
  },
  {
    code: "lint.extended-key-usage-of-profile",
    clause: "profile",
    check: (view, { rules }) => {
      const due: readonly string[] = (
        rules.kind === "ocsp-responder" ? ["ocspSigning" as const] : rules.extendedKeyUsage
      ).map((purpose) => extendedKeyUsageOids[purpose]);
      const found = purposesOf(view);
      const isSame =
        found.every((purpose) => due.includes(purpose)) &&
        due.every((purpose) => found.includes(purpose));
      return isSame
        ? null
        : `extKeyUsage is ${found.map(nameOfOid).join(", ") || "absent"}; the profile says ${due.map(nameOfOid).join(", ") || "none"}.`;
    },
  },
];
