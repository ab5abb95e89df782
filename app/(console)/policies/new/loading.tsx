import PolicyLoading from "@/app/(console)/policies/[id]/loading";

export default function Loading() {
  return <PolicyLoading />;
}
