/** What the offers' worker does. */
import { frontier } from "../../allocation/frontier.js";
import { createEngine } from "../../create.js";
import { Campaign } from "../../embedded/campaign.js";
import type { TaskContext } from "../worker/rpc.js";

export const tasks = {
  async campaign({ users }: { users: number }, { progress, signal }: TaskContext) {
    const campaign = new Campaign(users, 1);
    const offers = createEngine().offers({ users, options: campaign.options });
    for (let j = 0; j < campaign.options.length; j++) {
      progress({ phase: "draw", done: j, total: campaign.options.length });
      await new Promise((resolve) => setTimeout(resolve));
      signal.throwIfAborted();
      offers.fill(j, (values, costs) => campaign.column(j, values, costs));
    }
    return frontier(offers, { exactlyOne: true });
  },
};
