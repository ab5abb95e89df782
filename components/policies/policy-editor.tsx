"use client";

import { useRouter } from "next/navigation";
import { useEffect, useReducer, useRef, useState, type ReactNode } from "react";
import { showReceipt } from "@/components/forms/show-receipt";
import { useAct } from "@/components/forms/use-act";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityList } from "@/lib/identities/schema";
import type { PolicyDto, PolicyRule, PolicyTestResult } from "@/lib/policies/schema";
import { HeadCard, type Head } from "./head-card";
import { PolicyTester } from "./policy-tester";
import type { IdentityNames, NamedIdentity } from "./policy-words";
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
  /** Beside them, under the tester. */
  beside?: ReactNode;
}>;

const headOf = (policy: PolicyDto | null): Head => ({
  service: policy?.service ?? "",
  name: policy?.name ?? "",
  description: policy?.description ?? "",
});
const savedRules = (policy: PolicyDto | null): readonly PolicyRule[] => policy?.rules ?? [];

/** Asks the browser to ask before it drops what is not saved. */
function useGuard(dirty: boolean): void {
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

/** The rules of a service in their order, the tester beside them, and one bar that saves everything as a new version. */
export function PolicyEditor({
  policy,
  names,
  profiles,
  save,
  test,
  find,
  mayWrite,
  below,
  beside,
}: Props) {
  const [state, step] = useReducer(editRules, savedRules(policy), startRules);
  const [head, setHead] = useState(() => headOf(policy));
  const [known, setKnown] = useState<IdentityNames>(names);
  const [result, setResult] = useState<PolicyTestResult | null>(null);
  const [edition, setEdition] = useState(0);
  const [sent, setSent] = useState<readonly string[]>([]);
  const act = useAct(save),
    router = useRouter(),
    page = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (act.state?.ok === false)
      page.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [act.state]);
  const rules = state.rules.map(({ rule }) => rule),
    stored = savedRules(policy);
  const rulesDiffer = policy === null || policy.rules === null || !sameRules(rules, stored);
  const dirty = rulesDiffer || JSON.stringify(head) !== JSON.stringify(headOf(policy));
  useGuard(mayWrite && dirty && (policy !== null || rules.length > 0));
  const edit = (next: RuleStep) => {
    step(next);
    setEdition(edition + 1);
    setResult(null);
  };
  const store = async (over: boolean) => {
    setSent(state.rules.map(({ key }) => key));
    const { service, ...rest } = head;
    const answer = await act.run(
      policy
        ? { id: policy.id, ...(over ? {} : { version: policy.version }), ...rest, rules }
        : { service, ...rest, rules },
    );
    if (!answer.ok) return;
    act.clear();
    showReceipt(policy ? "Saved." : "Policy created.", answer);
    if (policy) {
      edit({ type: "reset", rules: answer.data.rules ?? [] });
      router.refresh();
    } else router.push(`/policies/${answer.data.id}`);
  };
  const discard = () => {
    edit({ type: "reset", rules: stored });
    setHead(headOf(policy));
    act.clear();
  };
  return (
    <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_22rem] xl:grid-rows-[auto_1fr]">
      <div ref={page} className="flex min-w-0 flex-col gap-4">
        {mayWrite && (
          <HeadCard head={head} isNew={policy === null} state={act.state} onChange={setHead} />
        )}
        <RuleList
          state={state}
          sent={sent}
          answer={act.state}
          names={known}
          profiles={profiles}
          find={find}
          trace={result?.policy.trace}
          mayWrite={mayWrite}
          edit={edit}
          onNamed={(identity: NamedIdentity) => {
            setKnown({ ...known, [identity.id]: identity });
          }}
        />
        {mayWrite && (
          <SaveBar
            policy={policy}
            dirty={dirty}
            answer={act.state}
            pending={act.pending}
            onSave={(over) => {
              void store(over);
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
        {beside}
      </div>
      {below && <div className="min-w-0 xl:col-start-1">{below}</div>}
    </div>
  );
}
