"use client";

import { useState } from "react";
import type { NameInput } from "@/lib/identities/schema";
import { guessNameType } from "./name-text";

/** A line of the form. `type` is null until the user chooses one: then it follows the text. */
export type NameRow = Readonly<{ key: number; type: NameInput["type"] | null; value: string }>;

export const typeOf = ({ type, value }: NameRow): NameInput["type"] => type ?? guessNameType(value);

export type NameRows = Readonly<{
  rows: readonly NameRow[];
  /** The names entered, without blank lines. */
  names: readonly NameInput[];
  change: (key: number, change: Partial<Omit<NameRow, "key">>) => void;
  add: () => void;
  remove: (key: number) => void;
  /** Replaces one line by several names, as from a pasted list. */
  paste: (key: number, values: readonly string[]) => void;
  /** Replaces all lines. */
  replace: (names: readonly NameInput[]) => void;
}>;

const isBlank = ({ value }: NameRow): boolean => value.trim() === "";

type State = Readonly<{ rows: readonly NameRow[]; nextKey: number }>;

const rowsFor = (names: readonly NameInput[], firstKey: number): State =>
  names.length === 0
    ? { rows: [{ key: firstKey, type: null, value: "" }], nextKey: firstKey + 1 }
    : {
        rows: names.map((name, at) => ({ key: firstKey + at, ...name })),
        nextKey: firstKey + names.length,
      };

/** Names in a form, one per line. */
export function useNameRows(initial: readonly NameInput[] = []): NameRows {
  const [state, setState] = useState(() => rowsFor(initial, 0));
  const { rows, nextKey } = state;
  return {
    rows,
    names: rows
      .filter((row) => !isBlank(row))
      .map((row) => ({ type: typeOf(row), value: row.value.trim() })),
    change: (key, change) => {
      setState({
        nextKey,
        rows: rows.map((row) => (row.key === key ? { ...row, ...change } : row)),
      });
    },
    add: () => {
      setState({ rows: [...rows, { key: nextKey, type: null, value: "" }], nextKey: nextKey + 1 });
    },
    remove: (key) => {
      const left = rows.filter((row) => row.key !== key);
      setState({
        rows: left.length === 0 ? [{ key: nextKey, type: null, value: "" }] : left,
        nextKey: nextKey + 1,
      });
    },
    paste: (key, values) => {
      const pasted = values.map((value, at) => ({ key: nextKey + at, type: null, value }));
      setState({
        rows: rows.flatMap((row) => (row.key === key ? pasted : [row])),
        nextKey: nextKey + values.length,
      });
    },
    replace: (names) => {
      setState(rowsFor(names, nextKey));
    },
  };
}

/** The place of a line among the names that are sent; -1 for a blank line. */
export function placeOf(rows: readonly NameRow[], key: number): number {
  return rows.filter((row) => !isBlank(row)).findIndex((row) => row.key === key);
}
