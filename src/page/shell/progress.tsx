/** How far long work is, and a way to stop it. */

export interface Work {
  /** What is being done, such as "Reading offers.csv". */
  what: string;
  /** 0 to 1; left out where it is not known. */
  part?: number;
}

export function Progress({ work, cancel }: { work: Work; cancel?: () => void }) {
  const percent = work.part === undefined ? undefined : Math.round(100 * Math.min(1, work.part));
  return (
    <div class="progress" role="status">
      <span>
        {work.what}
        {percent === undefined ? "…" : ` ${percent} %`}
      </span>
      <progress aria-label={work.what} max={100} value={percent} />
      {cancel && (
        <button type="button" class="quiet" onClick={cancel}>
          Cancel
        </button>
      )}
    </div>
  );
}
