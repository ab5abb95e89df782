"use client";

import { Plus, X } from "lucide-react";
import { useId, type ClipboardEvent } from "react";
import { Button, IconButton } from "@/components/ui/button";
import { FieldError, FieldGroup } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import type { NameInput } from "@/lib/identities/schema";
import { describeReach, nameTypeLabels } from "./name-text";
import { placeOf, typeOf, type NameRow, type NameRows } from "./use-name-rows";

type Props = Readonly<{
  label: string;
  hint?: string | undefined;
  names: NameRows;
  /** The errors of the name at this place among those that are sent. */
  errors: (place: number) => string[] | undefined;
  /** The types that are offered; all by default. */
  types?: readonly NameInput["type"][] | undefined;
  /** False where a pattern allows nothing: it is the name itself that a certificate carries. */
  explainsReach?: boolean | undefined;
}>;

const placeholders: Readonly<Record<NameInput["type"], string>> = {
  dns: "pay.example.com",
  ip: "10.20.0.5",
  uri: "spiffe://example.com/pay",
  email: "pay@example.com",
  cn: "Payments terminal",
};

const allTypes = ["dns", "ip", "uri", "email", "cn"] as const;

/** One line for each name, with its type and its error. A pasted list becomes several lines. */
export function NameFields({
  label,
  hint,
  names,
  errors,
  types = allTypes,
  explainsReach = true,
}: Props) {
  return (
    <FieldGroup label={label} hint={hint}>
      {names.rows.map((row, index) => (
        <NameLine
          key={row.key}
          row={row}
          number={index + 1}
          names={names}
          errors={errors(placeOf(names.rows, row.key))}
          types={types}
          explainsReach={explainsReach}
        />
      ))}
      <div>
        <Button variant="ghost" size="sm" icon={<Plus aria-hidden />} onClick={names.add}>
          Add another name
        </Button>
      </div>
    </FieldGroup>
  );
}

type LineProps = Readonly<{
  row: NameRow;
  number: number;
  names: NameRows;
  errors: string[] | undefined;
  types: readonly NameInput["type"][];
  explainsReach: boolean;
}>;

function NameLine({ row, number, names, errors, types, explainsReach }: LineProps) {
  const id = useId();
  const type = typeOf(row);
  const reach = explainsReach ? describeReach(type, row.value) : null;
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const values = event.clipboardData
      .getData("text")
      .split(/[\s,]+/)
      .filter(Boolean);
    if (values.length < 2 || type === "cn" || row.value !== "") return;
    event.preventDefault();
    names.paste(row.key, values);
  };
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <div className="grid grid-cols-[5.5rem_minmax(0,1fr)_auto] items-center gap-2">
        <Select
          aria-label={`Type of name ${number}`}
          value={type}
          options={types.map((one) => ({ value: one, label: nameTypeLabels[one] }))}
          onChange={(event) => {
            names.change(row.key, { type: event.target.value as NameInput["type"] });
          }}
        />
        <Input
          mono
          aria-label={`Name ${number}`}
          aria-invalid={errors ? true : undefined}
          aria-describedby={errors ? `${id}-error` : reach ? `${id}-reach` : undefined}
          value={row.value}
          placeholder={placeholders[type]}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={(event) => {
            names.change(row.key, { value: event.target.value });
          }}
          onPaste={onPaste}
        />
        <IconButton
          label={`Remove name ${number}`}
          size="sm"
          icon={<X aria-hidden />}
          onClick={() => {
            names.remove(row.key);
          }}
        />
      </div>
      {errors && <FieldError id={`${id}-error`} messages={errors} />}
      {!errors && reach && (
        <p id={`${id}-reach`} className="text-xs break-words text-muted">
          Allows certificates for {reach}.
        </p>
      )}
    </div>
  );
}
