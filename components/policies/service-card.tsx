"use client";

import { errorsOf } from "@/components/forms/use-action";
import { Card } from "@/components/ui/card";
import { TextField } from "@/components/ui/input";
import type { ActionState } from "@/lib/auth/types";

export type ServiceHead = Readonly<{ service: string; name: string; description: string }>;
type Props = Readonly<{
  head: ServiceHead;
  isNew: boolean;
  state: ActionState | null;
  onChange: (head: ServiceHead) => void;
}>;

/** The name of the service for people, and its slug for the proxies that authorize through it. */
export function ServiceCard({ head, isNew, state, onChange }: Props) {
  const set = (part: keyof ServiceHead) => (event: { target: { value: string } }) => {
    onChange({ ...head, [part]: event.target.value });
  };
  return (
    <Card title="Service">
      <div className="@container">
        <div
          className={
            isNew
              ? "grid gap-4 @xl:grid-cols-2"
              : "grid gap-4 @xl:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]"
          }
        >
          <TextField
            label="Name"
            required
            maxLength={100}
            value={head.name}
            onChange={set("name")}
            error={errorsOf(state, "name")}
            autoComplete="off"
            placeholder="Payments API"
            hint={isNew ? "Shown in the console." : undefined}
          />
          {isNew && (
            <TextField
              label="Slug"
              required
              mono
              value={head.service}
              onChange={set("service")}
              error={errorsOf(state, "service")}
              autoComplete="off"
              spellCheck={false}
              placeholder="payments-api"
              hint="Proxies identify the service by it. It can’t be changed later."
            />
          )}
          <div className={isNew ? "@xl:col-span-2" : undefined}>
            <TextField
              label="Description"
              maxLength={500}
              value={head.description}
              onChange={set("description")}
              error={errorsOf(state, "description")}
              autoComplete="off"
            />
          </div>
        </div>
      </div>
    </Card>
  );
}
