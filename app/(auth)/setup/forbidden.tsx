import { SetupNotice } from "@/components/setup/setup-notice";

/** With status 403: the token of the link is not the one that the terminal printed last. */
export default function Forbidden() {
  return (
    <SetupNotice title="This setup link isn't valid.">
      Open the link that the terminal printed when Chancery last started. Each start prints a new
      one.
    </SetupNotice>
  );
}
