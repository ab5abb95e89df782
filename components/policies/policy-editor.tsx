"use client";

import { useRouter } from "next/navigation";
import { useEffect, useReducer, useRef, useState, type ReactNode, type RefObject } from "react";
import { showReceipt } from "@/components/forms/show-receipt";
import { useAction } from "@/components/forms/use-action";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { IdentityList } from "@/lib/identities/schema";
import type { PolicyDto, PolicyRule, PolicyTestResult } from "@/lib/policies/schema";
import { ServiceCard, type ServiceHead } from "./service-card";
import { PolicyTester } from "./policy-tester";
import type { IdentityNames, NamedIdentity } from "./policy-labels";
import type { ProfileChoice } from "./rule-fields";
import { RuleList } from "./rule-list";
import { editRules, sameRules, startRules, type RuleStep } from "./rule-state";
import { SaveBar } from "./save-bar";

type Props = Readonly<{
  /** Null for a new one. */
  policy: PolicyDto | null;
  names: IdentityNames;
  profiles: readonly ProfileChoice[];
  save: ServerAction<PolicyDto>;
  test: ServerAction<PolicyTestResult>;
  find: ServerAction<IdentityList>;
  mayWrite: boolean;
  /** Below the rules. */
  below?: ReactNode;
  /** Next to the rules, under the tester. */
  aside?: ReactNode;
}>;

const headOf = (policy: PolicyDto | null): ServiceHead => ({
  service: policy?.service ?? "",
  name: policy?.name ?? "",
  description: policy?.description ?? "",
});
const savedRules = (policy: PolicyDto | null): readonly PolicyRule[] => policy?.rules ?? [];

/** Makes the browser confirm before it drops unsaved changes. */
function useUnsavedChangesWarning(dirty: boolean): void {
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => {
      event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    return () => {
      window.removeEventListener("beforeunload", ask);
    };
  }, [dirty]);
}

/** Moves the focus to the first field with an error after a failed save. */
function useFocusOnFirstError(
  state: ActionState<PolicyDto> | null,
): RefObject<HTMLDivElement | null> {
  const page = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (state?.ok === false)
      page.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [state]);
  return page;
}

/** The unsaved state of the editor, and how it differs from the saved policy. */
function useDraft(policy: PolicyDto | null) {
  const [state, dispatch] = useReducer(editRules, savedRules(policy), startRules);
  const [head, setHead] = useState(() => headOf(policy));
  const rules = state.rules.map(({ rule }) => rule);
  const rulesDiffer =
    policy === null || policy.rules === null || !sameRules(rules, savedRules(policy));
  const dirty = rulesDiffer || JSON.stringify(head) !== JSON.stringify(headOf(policy));
  return { state, dispatch, head, setHead, rules, rulesDiffer, dirty };
}

/**
 * The rules of a service in order, the tester next to them, and one bar that saves everything as a
 * new version.
 */
export function PolicyEditor({
  policy,
  names,
  profiles,
  save,
  test,
  find,
  mayWrite,
  below,
  aside,
}: Props) {
  const { state, dispatch, head, setHead, rules, rulesDiffer, dirty } = useDraft(policy);
  const [identityNames, setIdentityNames] = useState<IdentityNames>(names);
  const [result, setResult] = useState<PolicyTestResult | null>(null);
  const [edition, setEdition] = useState(0);
  const [sent, setSent] = useState<readonly string[]>([]);
  const saving = useAction(save),
    router = useRouter(),
    page = useFocusOnFirstError(saving.state);
  useUnsavedChangesWarning(mayWrite && dirty && (policy !== null || rules.length > 0));
  const edit = (next: RuleStep) => {
    dispatch(next);
    setEdition(edition + 1);
    setResult(null);
  };
  const store = async (overwrite: boolean) => {
    setSent(state.rules.map(({ key }) => key));
    const { service, ...rest } = head;
    const answer = await saving.run(
      policy
        ? { id: policy.id, ...(overwrite ? {} : { version: policy.version }), ...rest, rules }
        : { service, ...rest, rules },
    );
    if (!answer.ok) return;
    saving.clear();
    showReceipt(policy ? "Saved." : "Policy created.", answer);
    if (policy) {
      edit({ type: "reset", rules: answer.data.rules ?? [] });
      router.refresh();
    } else router.push(`/policies/${answer.data.id}`);
  };
  const discard = () => {
    edit({ type: "reset", rules: savedRules(policy) });
    setHead(headOf(policy));
    saving.clear();
  };
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_22rem] xl:grid-rows-[auto_1fr]">
      <div ref={page} className="flex min-w-0 flex-col gap-4">
        {mayWrite && (
          <ServiceCard
            head={head}
            isNew={policy === null}
            state={saving.state}
            onChange={setHead}
          />
        )}
        <RuleList
          state={state}
          sent={sent}
          answer={saving.state}
          names={identityNames}
          profiles={profiles}
          find={find}
          trace={result?.policy.trace}
          mayWrite={mayWrite}
          edit={edit}
          onNamed={(identity: NamedIdentity) => {
            setIdentityNames({ ...identityNames, [identity.id]: identity });
          }}
        />
        {mayWrite && (
          <SaveBar
            policy={policy}
            dirty={dirty}
            answer={saving.state}
            pending={saving.pending}
            onSave={(overwrite) => {
              void store(overwrite);
            }}
            onDiscard={discard}
          />
        )}
      </div>
      <div className="flex min-w-0 flex-col gap-4 xl:sticky xl:top-4 xl:col-start-2 xl:row-span-2 xl:row-start-1 xl:self-start">
        <PolicyTester
          policy={policy?.id ?? ""}
          unsaved={rulesDiffer ? rules : null}
          test={test}
          find={find}
          onResult={setResult}
          edition={edition}
        />
        {aside}
      </div>
      {below && <div className="min-w-0 xl:col-start-1">{below}</div>}
    </div>
  );
}
