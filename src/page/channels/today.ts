/** Today's plan beside the planned one. */
import type { PlanResult } from "../../planning/types.js";

export interface Today {
  spend: number;
  response: number;
  /** Half of what changes: money that leaves one channel for another, and what is added or saved counts whole in neither. */
  moved: number;
}

/** What today's plan spends and brings, where every channel says it. */
export function currentOf({ channels }: PlanResult): Today | undefined {
  if (channels.some(({ current }) => current === undefined)) return undefined;
  let [spend, response, moved] = [0, 0, 0];
  for (const one of channels) {
    spend += one.current as number;
    response += one.response - (one.responseChange ?? 0);
    moved += Math.abs(one.change ?? 0) / 2;
  }
  return { spend, response, moved };
}
