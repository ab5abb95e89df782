import { ChevronRight, SlidersHorizontal } from "lucide-react";
import clsx from "clsx";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Stack } from "@/components/ui/layout";
import type { RuleDto } from "@/lib/alerts/schema";
import type { ServerAction } from "@/lib/auth/types";
import { formatCount } from "@/lib/format/count";
import { SeverityBadge } from "@/components/alerts/alert-badges";
import { ruleGroups } from "@/components/alerts/alert-labels";
import { RuleDialog } from "./rule-dialog";
import { RuleFigures } from "./rule-figures";
import { RuleSwitch } from "./rule-switch";

type Props = Readonly<{
  rules: readonly RuleDto[];
  /** Absent if the role can't change rules. */ update?: ServerAction<RuleDto> | undefined;
}>;

/** Every rule: what it detects, when it stays quiet, and how its alerts were resolved. */
export function RuleList({ rules, update }: Props) {
  return (
    <Stack>
      {ruleGroups
        .filter((group) => rules.some(({ name }) => group.rules.includes(name)))
        .map(({ title, description, rules: names }) => (
          <Card key={title} title={title} description={description} padding="flush">
            <ul className="divide-y divide-border border-t border-border">
              {names
                .flatMap((name) => rules.find((rule) => rule.name === name) ?? [])
                .map((rule) => (
                  <RuleRow key={rule.name} rule={rule} update={update} />
                ))}
            </ul>
          </Card>
        ))}
    </Stack>
  );
}

function RuleRow({ rule, update }: Readonly<{ rule: RuleDto; update: Props["update"] }>) {
  const { name, title, explanation, quietBecause, enabled, severity, values, alerts } = rule;
  return (
    <li
      id={name}
      className="grid scroll-mt-6 gap-x-6 gap-y-2 px-4 py-3 target:bg-accent-soft lg:grid-cols-[minmax(0,1fr)_13rem_auto]"
    >
      <div className={clsx("min-w-0", !enabled && "text-muted")}>
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <h3 className="text-sm font-semibold">{title}</h3>
          <SeverityBadge severity={severity} />
          {severity !== rule.defaultSeverity && <Badge>Changed</Badge>}
          {!enabled && <Badge tone="expired">Off</Badge>}
        </div>
        <p className="mt-1 text-sm">{explanation}</p>
        <div className="mt-1.5 flex flex-wrap items-start gap-x-3 gap-y-1">
          {values.length > 0 && <RuleValues values={values} />}
          <details className="group py-0.5 text-xs text-muted open:basis-full">
            <summary className="inline-flex cursor-pointer list-none items-center gap-1 rounded-sm hover:text-text">
              <ChevronRight
                aria-hidden
                className="size-3.5 transition-transform group-open:rotate-90"
              />
              Why it stays quiet
            </summary>
            <p className="mt-1 pl-[1.125rem]">{quietBecause}</p>
          </details>
        </div>
      </div>
      <div className="text-xs">
        <RuleFigures rule={name} alerts={alerts} />
      </div>
      <div className="flex items-start justify-end gap-2 lg:-mt-1">
        {update && (
          <RuleDialog
            trigger={
              <Button
                size="sm"
                variant="ghost"
                icon={<SlidersHorizontal aria-hidden />}
                aria-label={`Edit ${title}`}
              >
                Edit
              </Button>
            }
            rule={rule}
            action={update}
          />
        )}
        <RuleSwitch rule={rule} action={update} />
      </div>
    </li>
  );
}

/** The settings of a rule; those that differ from the default are marked. */
function RuleValues({ values }: Pick<RuleDto, "values">) {
  return (
    <ul aria-label="Settings" className="flex flex-wrap gap-1.5">
      {values.map(({ key, label, value, unit, defaultValue }) => (
        <li
          key={key}
          data-tip={value === defaultValue ? undefined : `Default ${defaultValue} ${unit}`}
          className={clsx(
            "rounded-md px-2 py-0.5 text-xs",
            value === defaultValue ? "bg-sunken text-muted" : "bg-accent-soft text-accent",
          )}
        >
          {label}{" "}
          <span className="font-medium text-text">
            {Number.isInteger(value) ? formatCount(value) : value} {unit}
          </span>
        </li>
      ))}
    </ul>
  );
}
