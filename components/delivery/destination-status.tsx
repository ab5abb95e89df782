"use client";

import { RotateCw } from "lucide-react";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { ErrorBanner } from "@/components/forms/error-banner";
import { showReceipt } from "@/components/forms/show-receipt";
import { useAction } from "@/components/forms/use-action";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Stack } from "@/components/ui/layout";
import { Time } from "@/components/ui/time";
import type { ServerAction } from "@/lib/auth/types";
import type { DestinationDto } from "@/lib/delivery/schema";
import { plural } from "@/lib/format/count";
import { adviceFor } from "./delivery-advice";

type Props = Readonly<{
  destination: DestinationDto;
  /** Null for those who can't. */
  retry: ServerAction<DestinationDto> | null;
  now: Date;
}>;

/** The state of a destination in a sentence, and what to do next. */
export function DestinationStatus({ destination, retry, now }: Props) {
  const { status, waiting, last } = destination;
  if (status === "removed") return <Banner>Nothing is sent here anymore: it was removed.</Banner>;
  if (status === "paused")
    return (
      <Banner tone="warning">
        {waiting === 0
          ? "No alerts are sent here"
          : `${plural(waiting, "notification")} ${waiting === 1 ? "is" : "are"} held`}{" "}
        until it is resumed.
      </Banner>
    );
  if (last !== null && !last.ok)
    return <Failing destination={destination} answer={last.answer} retry={retry} now={now} />;
  if (waiting > 0) return <Waiting destination={destination} retry={retry} now={now} />;
  if (last === null)
    return <Banner>Nothing was sent here yet. Send a test to check that messages arrive.</Banner>;
  return (
    <Banner tone="success">
      <LastSent destination={destination} /> Nothing is waiting.
    </Banner>
  );
}

/** The receiver answers, or was not asked yet: what waits goes with the next attempt. */
function Waiting({ destination, retry, now }: Props) {
  const { id, waiting, waitingSince, nextAt } = destination;
  return (
    <Banner action={retry && <RetryButton id={id} action={retry} />}>
      <p className="font-medium">
        {plural(waiting, "notification")} waiting
        {waitingSince && (
          <>
            {" "}
            since <Time at={waitingSince} show="minute" />
          </>
        )}
        .
      </p>
      <p className="text-muted">
        <NextAttempt at={nextAt} now={now} />
        <LastSent destination={destination} />
      </p>
    </Banner>
  );
}

function Failing({ destination, answer, retry, now }: Props & Readonly<{ answer: string }>) {
  const { waiting, waitingSince, nextAt, last } = destination;
  return (
    <Banner
      tone={waiting > 0 ? "danger" : "warning"}
      action={waiting > 0 && retry && <RetryButton id={destination.id} action={retry} />}
    >
      <Stack gap="sm">
        <p className="font-medium">
          {waiting > 0 && waitingSince ? (
            <>
              {plural(waiting, "notification")} waiting since{" "}
              <Time at={waitingSince} show="minute" />
            </>
          ) : (
            <>
              The last attempt failed
              {last && (
                <>
                  {" "}
                  <Time at={last.at} />
                </>
              )}
            </>
          )}
        </p>
        <p>
          {sentence(answer)} {adviceFor(answer)}
        </p>
        <p className="text-muted">
          {waiting === 0 && "Nothing is waiting. "}
          {waiting > 0 && <NextAttempt at={nextAt} now={now} />}
          <LastSent destination={destination} />
        </p>
      </Stack>
    </Banner>
  );
}

/** What the receiver answered may be any text. */
const sentence = (answer: string): ReactNode => (/[.!?…]$/.test(answer) ? answer : `${answer}.`);

/** Shorter than a relative time can say. */
const soonMs = 20_000;

function NextAttempt({ at, now }: Readonly<{ at: string | null; now: Date }>) {
  if (at === null) return null;
  return Date.parse(at) - now.getTime() < soonMs ? (
    "Next attempt in a few seconds. "
  ) : (
    <>
      Next attempt <Time at={at} />.{" "}
    </>
  );
}

const LastSent = ({ destination: { lastSentAt } }: Readonly<{ destination: DestinationDto }>) =>
  lastSentAt === null ? (
    "No delivery has succeeded recently."
  ) : (
    <>
      Last delivered <Time at={lastSentAt} />.
    </>
  );

function RetryButton({
  id,
  action,
}: Readonly<{ id: string; action: ServerAction<DestinationDto> }>) {
  const { state, pending, run } = useAction(action);
  const router = useRouter();
  const press = async () => {
    const answer = await run({ id });
    if (answer.ok) showReceipt("Retrying now.", answer);
    router.refresh();
  };
  return (
    <Stack gap="sm">
      <Button
        icon={<RotateCw aria-hidden />}
        loading={pending}
        onClick={() => {
          void press();
        }}
      >
        Retry now
      </Button>
      {state?.ok === false && <ErrorBanner failure={state} fields={[]} />}
    </Stack>
  );
}
