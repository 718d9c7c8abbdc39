/** Where the users come from. */
import { Drop } from "../shell/drop.js";
import { count } from "../shell/numbers.js";
import { Scroll } from "../shell/scroll.js";
import { CAMPAIGN_USERS, load, look } from "./state.js";

export function Start() {
  return (
    <div class="start">
      <Drop
        label="Drop a file of offers"
        hint="CSV, Parquet or Arrow. It is read here and goes nowhere else."
        accept=".csv,.parquet,.pq,.arrow,.feather,.ipc"
        onFile={look}
      />
      <div class="card">
        <h2>No file at hand?</h2>
        <p>
          {count(CAMPAIGN_USERS)} made-up users of a shop, each with eight discounts from 0 to 14 %: value is added
          sales, cost is the discount given away.
        </p>
        <button type="button" class="main" onClick={() => load({ kind: "campaign", users: CAMPAIGN_USERS })}>
          Plan the example campaign
        </button>
      </div>
      <div class="card">
        <h2>What the file holds</h2>
        <p>
          One row a user, and for each offer two columns: what it adds if this user gets it, and what it costs. Or one
          row for each user and offer. An empty pair is an offer that is not open to this user.
        </p>
        <Scroll label="An example of a file">
          <table class="figures">
            <thead>
              <tr>
                {["user_id", "value_5off", "cost_5off", "value_10off", "cost_10off"].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              <tr>
                <td>ann</td>
                <td>2.10</td>
                <td>0.50</td>
                <td>3.40</td>
                <td>1.10</td>
              </tr>
              <tr>
                <td>bo</td>
                <td>0.80</td>
                <td>0.45</td>
                <td />
                <td />
              </tr>
            </tbody>
          </table>
        </Scroll>
      </div>
    </div>
  );
}
