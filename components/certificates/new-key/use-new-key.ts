"use client";

import { useEffect, useRef, useState } from "react";
import { useNameRows, type NameRows } from "@/components/names/shared/use-name-rows";
import { algorithmOfKind, keyKinds, type KeyKind } from "@/lib/keys/key-kinds";
import type { NewKey } from "@/lib/keys/make-key";
import type { GeneralName } from "@/lib/pki/types";
import { findNoKeysReason, loadKeyTools, type KeyTools } from "./key-tools";
import type { LikelyNames } from "./likely-names";
import { readNames, type ReadNames } from "./read-names";
import type { UnsavedKey } from "./save-key";

/** A key and the CSR made with it, for exactly these names. */
type Made = Readonly<{ id: string; key: NewKey; csr: string }>;
type Tools = KeyTools | Readonly<{ problem: string }>;

/** There is no name, or one that no certificate can carry. */
export type MissingName = "name" | "right-name";
export const missingNameLabels: Readonly<Record<MissingName, string>> = {
  name: "Enter a name first.",
  "right-name": "Fix the names first.",
};

export type NewKeyState = Readonly<{
  kind: KeyKind;
  setKind: (kind: KeyKind) => void;
  commonName: string;
  setCommonName: (text: string) => void;
  rows: NameRows;
  /** Enters names, unless the user has entered others. */
  suggest: (likely: LikelyNames) => void;
  tools: KeyTools | null;
  /** Why no key can be made here; null while nothing says so. */
  problem: string | null;
  read: ReadNames;
  /** What has to be entered or fixed before there can be a CSR; null for nothing. */
  missing: MissingName | null;
  /** For what the fields say now; null while it is made. */
  made: Made | null;
  /** The same for a key that Chancery makes; null without names. */
  serverKey: ServerKey | null;
}>;

/** What a request for a key that Chancery makes has in place of a CSR. */
export type ServerKey = Readonly<{
  key: Readonly<{ algorithm: string }>;
  sans: readonly GeneralName[];
  subject: readonly Readonly<{ type: string; value: string }>[];
}>;

const nothingRead: ReadNames = { names: null, problems: [], commonNameProblem: null };
const notLoaded =
  "This part of the page couldn’t be loaded. Check the connection, then choose it again.";
const noKey = "The browser couldn’t make a key of this type. Choose another type, or paste a CSR.";

function useKeyTools(enabled: boolean): Tools | null {
  const [tools, setTools] = useState<Tools | null>(null);
  const isLoaded = toolsOf(tools) !== null;
  useEffect(() => {
    if (!enabled || isLoaded) return;
    let isCurrent = true;
    const set = (next: Tools) => {
      if (isCurrent) setTools(next);
    };
    const reason = findNoKeysReason();
    const loading = reason === null ? loadKeyTools() : Promise.resolve({ problem: reason });
    loading.then(set).catch(() => {
      set({ problem: notLoaded });
    });
    return () => {
      isCurrent = false;
    };
  }, [enabled, isLoaded]);
  return tools;
}

/** The kinds that a profile allows, and that the browser or Chancery makes. */
function kindsFor(
  algorithms: readonly string[],
  byServer: boolean,
  tools: KeyTools | null,
): KeyKind[] {
  const hasEd25519 = byServer || tools === null || tools.hasEd25519;
  return keyKinds.filter(
    (kind) => algorithms.includes(algorithmOfKind[kind]) && (kind !== "ed25519" || hasEd25519),
  );
}

type Options = Readonly<{
  enabled: boolean;
  /** Whether Chancery makes the key, not this page. */
  byServer?: boolean;
  /** Of the profile. */
  algorithms: readonly string[];
  takesCommonName: boolean;
  initial?: LikelyNames | undefined;
}>;

/**
 * A key pair that is made in this page, and the CSR for the names in the fields. The private key is
 * in the memory of the page alone. A key is made once for each type.
 */
export function useNewKey(options: Options): NewKeyState {
  const { enabled, byServer = false, algorithms, takesCommonName, initial } = options;
  const [chosen, setKind] = useState<KeyKind>("p-256");
  const [commonName, setCommonName] = useState(initial?.commonName ?? "");
  const rows = useNameRows(initial?.names);
  const loaded = useKeyTools(enabled);
  const tools = toolsOf(loaded);
  const kinds = kindsFor(algorithms, byServer, tools);
  const kind = kinds.includes(chosen) ? chosen : kinds[0];
  const read = readWith(tools, rows.names, takesCommonName ? commonName : "");
  const missing = tools && findMissing(read);
  const id = enabled && !byServer && missing === null ? idOf(kind, read) : null;
  const { made, failed } = useMade(tools, id);
  const suggested = useRef(JSON.stringify(initial));
  return {
    kind: kind ?? chosen,
    setKind,
    commonName,
    setCommonName,
    rows,
    suggest: (likely) => {
      const entered: LikelyNames = { names: rows.names, commonName };
      const isBlank = rows.names.length === 0 && commonName === "";
      if (!isBlank && JSON.stringify(entered) !== suggested.current) return;
      suggested.current = JSON.stringify(likely);
      rows.replace(likely.names);
      setCommonName(likely.commonName);
    },
    tools,
    problem: problemOf(loaded) ?? (failed ? noKey : noKind(kind)),
    read,
    missing,
    made,
    serverKey: byServer ? serverKeyOf(kind, read) : null,
  };
}

const idOf = (kind: KeyKind | undefined, { names }: ReadNames): string | null =>
  kind === undefined ? null : JSON.stringify([kind, names]);

function serverKeyOf(kind: KeyKind | undefined, { names }: ReadNames): ServerKey | null {
  if (kind === undefined || names === null) return null;
  const subject = names.commonName === null ? [] : [{ type: "CN", value: names.commonName }];
  return { key: { algorithm: algorithmOfKind[kind] }, sans: names.sans, subject };
}

const readWith = (
  tools: KeyTools | null,
  names: NameRows["names"],
  commonName: string,
): ReadNames => (tools === null ? nothingRead : readNames(tools.checkName, names, commonName));

const toolsOf = (loaded: Tools | null): KeyTools | null =>
  loaded !== null && !("problem" in loaded) ? loaded : null;

const problemOf = (loaded: Tools | null): string | null =>
  loaded !== null && "problem" in loaded ? loaded.problem : null;

/** What has to be entered or fixed. No profile issues a certificate without any name. */
function findMissing({ names }: ReadNames): MissingName | null {
  if (names === null) return "right-name";
  return names.sans.length === 0 && names.commonName === null ? "name" : null;
}

const noKind = (kind: KeyKind | undefined): string | null =>
  kind === undefined
    ? "The profile allows no type of key that can be made here. Choose another profile, or paste a CSR."
    : null;

/** The key and the CSR for `id`, which says their kind and names; null while they are made. */
function useMade(
  tools: KeyTools | null,
  id: string | null,
): Readonly<{ made: Made | null; failed: boolean }> {
  const [last, setLast] = useState<Made | null>(null);
  const [failedId, setFailedId] = useState<string | null>(null);
  const keys = useRef(new Map<KeyKind, Promise<NewKey>>());
  useEffect(() => {
    if (tools === null || id === null) return;
    const [kind, names] = JSON.parse(id) as [KeyKind, NonNullable<ReadNames["names"]>];
    const { subtle } = globalThis.crypto;
    let isCurrent = true;
    const pending = keys.current.get(kind) ?? tools.makeKey(subtle, kind);
    keys.current.set(kind, pending);
    const make = async (): Promise<void> => {
      const key = await pending;
      const csr = await tools.makeCsr(subtle, key, names);
      if (isCurrent) setLast({ id, key, csr });
    };
    make().catch(() => {
      keys.current.delete(kind);
      if (isCurrent) setFailedId(id);
    });
    return () => {
      isCurrent = false;
    };
  }, [tools, id]);
  return { made: last?.id === id ? last : null, failed: id !== null && failedId === id };
}

/**
 * The key of a certificate that was issued: made in this page, or in the answer of Chancery. Null
 * where the key is elsewhere.
 */
export function unsavedKeyOf(
  sentKey: NewKey | null,
  privateKeyPem: string | null | undefined,
  tools: KeyTools | null,
): UnsavedKey | null {
  if (tools === null) return null;
  const { subtle } = globalThis.crypto;
  if (sentKey)
    return { tools, byServer: false, exportKey: () => tools.exportPkcs8(subtle, sentKey) };
  if (typeof privateKeyPem !== "string") return null;
  return {
    tools,
    byServer: true,
    exportKey: () => Promise.resolve(tools.files.keyDer(privateKeyPem)),
  };
}
