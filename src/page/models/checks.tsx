/** Whether the experiment is what it is said to be. */
import type { Evaluation } from "../../uplift/evaluate/types.js";
import { count, share } from "../shell/numbers.js";
import { digits } from "./words.js";

/** Standardised differences above this are looked at twice (the usual bar of balance tables). */
const NOTABLE = 0.1;

export function Checks({ evaluation: { arms, checks } }: { evaluation: Evaluation }) {
  const { sampleRatio, overlap, balance } = checks;
  const worst = balance.reduce<(typeof balance)[number] | undefined>(
    (most, one) => (Math.abs(one.difference) > Math.abs(most?.difference ?? 0) ? one : most),
    undefined,
  );
  return (
    <section class="card grid" aria-label="Is the experiment sound">
      <h2>Is the experiment sound?</h2>
      <ul class="sentences">
        <li>{arms.map(({ name, rows, share: part }) => `${name}: ${count(rows)} (${share(part)})`).join(", ")}.</li>
        <li class={sampleRatio.suspicious ? "worse" : undefined}>
          {sampleRatio.tested
            ? sampleRatio.suspicious
              ? `The arms are not as large as the design says (p = ${digits(sampleRatio.p)}): rows are missing, or were given otherwise.`
              : `The arms are as large as the design says (p = ${digits(sampleRatio.p)}).`
            : "The design's shares are not known, so the arms' own stand for them."}
        </li>
        <li class={overlap.suspicious ? "worse" : undefined}>
          {overlap.suspicious
            ? `${share(overlap.below1Percent)} of the rows had a chance below 1 % to get what they got: estimates hang on few.`
            : `Every row had a chance of ${share(overlap.least)} or more to get what it got.`}
        </li>
        {worst && (
          <li class={Math.abs(worst.difference) > NOTABLE ? "worse" : undefined}>
            {Math.abs(worst.difference) > NOTABLE
              ? `The arms differ before the offer: ${worst.feature} of ${worst.arm} by ${digits(worst.difference)} deviations.`
              : `The arms are alike before the offer: the largest difference is ${digits(worst.difference)} deviations (${worst.feature}, ${worst.arm}).`}
          </li>
        )}
      </ul>
    </section>
  );
}
