import type { NameInput } from "@/lib/identities/schema";
import type { CsrNames } from "@/lib/keys/make-csr";
import type { GeneralName } from "@/lib/pki/types";
import type { KeyTools } from "./key-tools";

export type ReadNames = Readonly<{
  /** Null while a name is wrong. */
  names: CsrNames | null;
  /** What is wrong with each name, by its place; null for a name that is right. */
  problems: readonly (string | null)[];
  commonNameProblem: string | null;
}>;

const isGeneralName = (name: Readonly<{ type: string; value: string }>): name is GeneralName =>
  name.type !== "cn";

/** What the fields say, in the canonical form of each name. A name that is entered twice is one. */
export function readNames(
  checkName: KeyTools["checkName"],
  names: readonly NameInput[],
  commonName: string,
): ReadNames {
  const checked = names.map(({ type, value }) => checkName(type, value));
  const cn = commonName.trim() === "" ? null : checkName("cn", commonName);
  const sans = checked
    .flatMap(({ name }) => (name !== null && isGeneralName(name) ? [name] : []))
    .filter(
      (name, at, all) =>
        all.findIndex(({ type, value }) => type === name.type && value === name.value) === at,
    );
  const problems = checked.map(({ problem }) => problem);
  const commonNameProblem = cn?.problem ?? null;
  const isRight = commonNameProblem === null && problems.every((problem) => problem === null);
  return {
    names: isRight ? { commonName: cn?.name?.value ?? null, sans } : null,
    problems,
    commonNameProblem,
  };
}
