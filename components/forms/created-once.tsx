import type { ReactNode } from "react";
import { Banner, Receipt } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { DialogClose, DialogFooter } from "@/components/ui/dialog";
import { Stack } from "@/components/ui/layout";
import { entryHref, entryLabel } from "./show-receipt";

type Props = Readonly<{
  done: Parameters<typeof entryLabel>[0];
  receipt: string;
  /** What the secret is called: "secret", "HMAC key". */
  secretName: string;
  /** Whether the answer has it; a repeated request doesn't. */
  hasSecret: boolean;
  /** What to do without it. */
  remedy: string;
  /** What Chancery keeps of it. */
  stored: string;
  children: ReactNode;
}>;

/** What was created, with its secret, which is shown this once. */
export function CreatedOnce(props: Props) {
  const { done, receipt, secretName, hasSecret, remedy, stored, children } = props;
  return (
    <Stack>
      <Receipt entryLabel={entryLabel(done)} entryHref={entryHref(done)}>
        {receipt}
      </Receipt>
      {hasSecret ? (
        <>
          <Banner tone="warning" title={`Copy the ${secretName} now.`}>
            It won’t be shown again. {stored}
          </Banner>
          {children}
        </>
      ) : (
        <Banner
          tone="warning"
          title={`The ${secretName} was already shown and can’t be shown again.`}
        >
          {remedy}
        </Banner>
      )}
      <DialogFooter>
        <DialogClose>
          <Button variant="primary">Done</Button>
        </DialogClose>
      </DialogFooter>
    </Stack>
  );
}
