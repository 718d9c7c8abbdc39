/** Channels: how much each channel spends, when. */
import { useEffect } from "preact/hooks";
import { Failure } from "../shell/failure.js";
import { count } from "../shell/numbers.js";
import { Progress } from "../shell/progress.js";
import { route } from "../shell/route.js";
import { BudgetFrontier } from "./charts/budget-frontier.js";
import { Calendar } from "./charts/calendar.js";
import "./channels.css";
import { Response } from "./charts/response.js";
import { Figures } from "./figures.js";
import { LimitTable } from "./limit-table.js";
import { NoPlan, Proof } from "./proof.js";
import { Scenarios } from "./scenarios/scenarios.js";
import { Share } from "./scenarios/share.js";
import { Start } from "./start.js";
import { failure, leave, openLink, planned, problem, work } from "./state.js";

export default function Channels() {
  const { tab, rest } = route.value;
  // Also where the page is open already and its address gets another plan.
  useEffect(() => {
    if (tab === "channels") void openLink(rest);
  }, [tab, rest]);
  return (
    <>
      <Title />
      {failure.value && <Failure {...failure.value} />}
      {problem.value ? <Plan /> : <Start />}
    </>
  );
}

function Title() {
  const now = problem.value;
  const { periods = 1, period = "period" } = now ?? {};
  return (
    <div class="title">
      <div>
        <h1>What each channel spends, when</h1>
        {now ? (
          <p class="muted">
            {now.name ? `${now.name}: ` : ""}
            {count(now.channels.length)} channels{periods > 1 && `, ${count(periods)} ${period}s`}
            {now.currency && `, money in ${now.currency}`}
          </p>
        ) : (
          <p class="muted">
            The most response that a budget can buy, by channel and week, and how far the plan can be from the best.
          </p>
        )}
      </div>
      {now && (
        <button type="button" onClick={leave}>
          Other plan
        </button>
      )}
    </div>
  );
}

function Plan() {
  const now = planned.value;
  const isMet = now?.result.status === "met";
  return (
    <>
      <div class="working">{work.value && <Progress work={work.value} cancel={work.value.cancel} />}</div>
      {now && !isMet && <NoPlan planned={now} />}
      {now && isMet && <Figures planned={now} />}
      <div class="plan">
        <div class="grid">
          <LimitTable />
          <Response />
          {now && isMet && (now.problem.periods ?? 1) > 1 && <Calendar planned={now} />}
          <BudgetFrontier />
        </div>
        <div class="grid side">
          {now && isMet && <Proof planned={now} />}
          <Scenarios />
          <Share />
        </div>
      </div>
    </>
  );
}
