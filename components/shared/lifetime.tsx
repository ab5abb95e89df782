import { Time } from "@/components/ui/time";
import { TimeBar } from "@/components/ui/time-bar";
import type { State } from "@/lib/format/state";

type Props = Readonly<{
  notBefore: string;
  notAfter: string;
  now: Date;
  state: State;
}>;

const tones = {
  valid: "valid",
  expiring: "expiring",
  expired: "neutral",
  hold: "neutral",
  revoked: "revoked",
  pending: "neutral",
  denied: "neutral",
} as const;

/** When a certificate expires, in words, and how much of its lifetime has passed. */
export function Lifetime({ notBefore, notAfter, now, state }: Props) {
  const isOver = now.getTime() > Date.parse(notAfter);
  return (
    <div className="flex flex-col gap-1.5">
      <p>
        {isOver ? "Expired" : "Expires"} <Time at={notAfter} />{" "}
        <span className="font-normal text-muted">
          (<Time at={notAfter} show="day" />)
        </span>
      </p>
      <TimeBar
        label="Lifetime passed"
        from={notBefore}
        to={notAfter}
        now={now}
        tone={tones[state]}
      />
    </div>
  );
}
