/** Offers: which user gets which offer under a budget. */
import { Failure } from "../shell/failure.js";
import { count } from "../shell/numbers.js";
import { Progress } from "../shell/progress.js";
import { BudgetCurve } from "./budget-curve.js";
import { Figures } from "./figures.js";
import { LimitsCard } from "./limits.js";
import { MappingCard } from "./table/mapping.js";
import "./offers.css";
import { NoPlan, Proof } from "./proof.js";
import { OfferShares } from "./shares.js";
import { Start } from "./start.js";
import { answer, failure, leave, looked, table, work } from "./state.js";

export default function Offers() {
  return (
    <>
      <Title />
      {failure.value && <Failure {...failure.value} />}
      {!table.value && (looked.value ? <MappingCard key={looked.value.file.name} {...looked.value} /> : <Start />)}
      {!table.value && work.value && <Progress work={work.value} cancel={work.value.cancel} />}
      {table.value && <Plan />}
    </>
  );
}

function Title() {
  const now = table.value;
  return (
    <div class="title">
      <div>
        <h1>Which user gets which offer</h1>
        {now ? (
          <p class="muted">
            {now.name}: {count(now.users)} users, {count(now.options.length)} offers
          </p>
        ) : (
          <p class="muted">
            The most value that a budget can buy, user by user, with a proof that there is no better plan.
          </p>
        )}
      </div>
      {now && (
        <button type="button" onClick={leave}>
          Other data
        </button>
      )}
    </div>
  );
}

function Plan() {
  const now = answer.value;
  return (
    <>
      <div class="working">
        {work.value ? (
          <Progress work={work.value} cancel={work.value.cancel} />
        ) : (
          now?.isEstimate && (
            <p class="muted">Estimated from a sample of the users while you drag; let go for the exact plan.</p>
          )
        )}
      </div>
      {now && now.status !== "met" && <NoPlan answer={now} />}
      <Figures />
      <div class="plan">
        <div class="grid">
          <BudgetCurve />
          {now?.status === "met" && <OfferShares answer={now} />}
        </div>
        <div class="grid side">
          <LimitsCard />
          {now?.status === "met" && <Proof answer={now} />}
        </div>
      </div>
    </>
  );
}
