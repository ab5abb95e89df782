"use client";

import { RefreshCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { textOf } from "@/components/forms/form-values";
import { entryHref, entryLabel, showReceipt } from "@/components/forms/show-receipt";
import { leave } from "@/components/layout/leave-guard";
import { Receipt } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog, DialogFooter } from "@/components/ui/dialog";
import { FileTextField } from "@/components/ui/file-text-field";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import type { CertificateDto } from "@/lib/certificates/schema";
import { algorithmOfKind } from "@/lib/keys/key-kinds";
import type { NewKey } from "@/lib/keys/make-key";
import { KeySourceField, type KeySource } from "./new-key/key-source";
import type { LikelyNames } from "./new-key/likely-names";
import { KeyTypeField, NewKeyFields } from "./new-key/new-key-fields";
import { SaveKey, type UnsavedKey } from "./new-key/save-key";
import {
  missingNameLabels,
  unsavedKeyOf,
  useNewKey,
  type MissingName,
} from "./new-key/use-new-key";
import { OverlapField, overlapOf } from "./overlap-field";

/** What a key that is made in the page has to fit: of the profile, and of the certificate. */
export type SuccessorRules = Readonly<{
  overlapSeconds: number;
  keyAlgorithms: readonly string[];
  /** Whether Chancery makes the key if asked. */
  serverKeys: boolean;
  commonName: "required" | "optional" | "forbidden";
  names: LikelyNames;
}>;

type Done = Extract<ActionState<CertificateDto>, { ok: true }>;
type Rotated = Readonly<{ done: Done; unsaved: UnsavedKey }>;
type FormProps = Readonly<{
  action: ServerAction<CertificateDto>;
  id: string;
  rules: SuccessorRules;
}>;
type Props = FormProps &
  Readonly<{
    name: string;
    /** Why it can't be rotated. It has no successor only until then, so the dialog stays open. */
    blocker: string | undefined;
  }>;

/**
 * Issues a successor with a new key for the same identity and profile, and schedules the revocation
 * of the predecessor. A key that is made here is saved before the dialog closes.
 */
export function RotateDialog({ action, id, name, rules, blocker }: Props) {
  const [open, setOpen] = useState(false);
  const [rotated, setRotated] = useState<Rotated | null>(null);
  const router = useRouter();
  const goTo = (done: Done) => {
    setOpen(false);
    setRotated(null);
    router.push(`/certificates/${done.data.id}`);
  };
  const goOn = () => {
    if (rotated)
      leave(() => {
        goTo(rotated.done);
      });
  };
  return (
    <Dialog
      trigger={
        <Button
          variant={blocker === undefined ? "primary" : undefined}
          icon={<RefreshCw aria-hidden />}
          disabledReason={blocker}
        >
          Rotate
        </Button>
      }
      open={open}
      onOpenChange={(next) => {
        if (next || rotated === null) setOpen(next);
        else goOn();
      }}
      title={rotated ? `${name} was rotated` : `Rotate ${name}`}
      description={
        rotated
          ? undefined
          : "Issues a successor with a new key for the same identity and profile. Both certificates are linked."
      }
    >
      {rotated ? (
        <SaveSuccessorKey {...rotated} name={name} onDone={goOn} />
      ) : (
        <RotateForm
          action={action}
          id={id}
          rules={rules}
          onDone={(done, unsaved) => {
            if (unsaved) {
              setRotated({ done, unsaved });
              return;
            }
            showReceipt("Rotated.", done);
            goTo(done);
          }}
        />
      )}
    </Dialog>
  );
}

function RotateForm({
  action,
  id,
  rules,
  onDone,
}: FormProps & Readonly<{ onDone: (done: Done, unsaved: UnsavedKey | null) => void }>) {
  const [source, setSource] = useState<KeySource>("paste");
  const [csr, setCsr] = useState("");
  const [choice, setChoice] = useState("profile");
  // What the answer is for: the form may have changed by then.
  const sent = useRef<NewKey | null>(null);
  const creates = source !== "paste";
  const byServer = source === "server";
  const newKey = useNewKey({
    enabled: creates,
    byServer,
    algorithms: rules.keyAlgorithms,
    takesCommonName: rules.commonName !== "forbidden",
    initial: rules.names,
  });
  const { made, tools } = newKey;
  const blocker =
    creates && (byServer ? tools === null : made === null)
      ? (newKey.problem ?? missingLabel(newKey.missing) ?? "Creating the key…")
      : undefined;
  return (
    <ActionForm
      action={action}
      fields={creates ? ["overlapSeconds"] : ["csr", "overlapSeconds"]}
      submitLabel="Rotate"
      disabledReason={blocker}
      receipt="Rotated."
      apiCall={({ id: of, ...body }: { id: string }) => ({
        path: `/certificates/${of}/rotate`,
        body,
      })}
      onDone={(done) => {
        onDone(done, unsavedKeyOf(sent.current, done.data.privateKeyPem, tools));
      }}
      input={(form) => {
        sent.current = source === "create" && made && tools ? made.key : null;
        return {
          id,
          ...(byServer
            ? { key: { algorithm: algorithmOfKind[newKey.kind] } }
            : { csr: creates ? made?.csr : textOf(form, "csr") }),
          overlapSeconds: overlapOf(form),
        };
      }}
    >
      {({ errors }) => (
        <>
          <KeySourceField source={source} allowsServer={rules.serverKeys} onSource={setSource} />
          {byServer && <KeyTypeField newKey={newKey} byServer algorithms={rules.keyAlgorithms} />}
          {source === "create" && (
            <NewKeyFields
              newKey={newKey}
              byServer={false}
              algorithms={rules.keyAlgorithms}
              commonName={rules.commonName}
            />
          )}
          {source === "paste" && (
            <FileTextField
              label="CSR with a new key"
              name="csr"
              required
              rows={6}
              accept=".csr,.pem,.req,.p10,.der"
              fileLabel="a CSR file"
              defaultValue={csr}
              onText={setCsr}
              error={errors("csr")}
              placeholder="-----BEGIN CERTIFICATE REQUEST-----"
            />
          )}
          <OverlapField
            overlapSeconds={rules.overlapSeconds}
            choice={choice}
            onChoice={setChoice}
            errors={errors("overlapSeconds")}
          />
        </>
      )}
    </ActionForm>
  );
}

const missingLabel = (missing: MissingName | null): string | null =>
  missing && missingNameLabels[missing];

function SaveSuccessorKey({
  done,
  unsaved,
  name,
  onDone,
}: Rotated & Readonly<{ name: string; onDone: () => void }>) {
  const { pem, chainPem } = done.data;
  return (
    <>
      <Receipt entryLabel={entryLabel(done)} entryHref={entryHref(done)}>
        Rotated.
      </Receipt>
      {pem !== null && <SaveKey {...unsaved} certificate={{ pem, chainPem }} name={name} />}
      <DialogFooter>
        <Button onClick={onDone}>View the new certificate</Button>
      </DialogFooter>
    </>
  );
}
