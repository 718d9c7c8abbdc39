/** What went wrong, where, and the way out. */

export interface FailureProps {
  title: string;
  error: unknown;
  retry?: () => void;
}

/** An error as people read it: what the engine and the readers say is written for them already. */
export function Failure({ title, error, retry }: FailureProps) {
  return (
    <div class="note bad" role="alert">
      <strong>{title}</strong>
      <p>{messageOf(error)}</p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether someone cancelled, which is no failure. */
export function isCancelled(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
